//! `Coworker` (contract section 7): a customer of one or more locations.

use super::{business::BUSINESS, user::USER};
use crate::entity::{Field, Links, Tenancy, entity};
use crate::enumeration::COWORKER_TYPE;

/// The locations of each customer.
pub static COWORKER_BUSINESSES: Links =
    Links { table: "coworker_businesses", own: "coworker_id", other: "business_id" };

entity! {
    /// The declaration of `Coworker`.
    COWORKER = "Coworker" at "/api/spaces/coworkers" in "coworkers", record,
    tenancy: Tenancy::Members(&COWORKER_BUSINESSES), display: FULL_NAME, changes: All,
    {
        /// The person's name.
        FULL_NAME = Field::text("FullName", "full_name", 255).required().personal();
        /// The person's e-mail address.
        EMAIL = Field::text("Email", "email", 254).required().personal();
        /// A person or a company.
        TYPE = Field::one_of("CoworkerType", "coworker_type", &COWORKER_TYPE);
        /// The company's name.
        COMPANY_NAME = Field::text("CompanyName", "company_name", 255).personal();
        /// The name on invoices.
        BILLING_NAME = Field::text("BillingName", "billing_name", 255).personal();
        /// The location that invoices; always one of `Businesses`.
        INVOICING_BUSINESS_ID = Field::reference("InvoicingBusinessId", "invoicing_business_id", &BUSINESS);
        /// The locations that know this customer.
        BUSINESSES = Field::list("Businesses", &COWORKER_BUSINESSES, &BUSINESS);
        /// Whether it is a customer now.
        ACTIVE = Field::flag("Active", "active");
        /// Whether it is put away.
        ARCHIVED = Field::flag("Archived", "archived");
        /// The user that this customer signs in as.
        USER_ID = Field::reference("UserId", "user_id", &USER);
        /// The person's date of birth.
        DATE_OF_BIRTH = Field::instant("DateOfBirth", "date_of_birth").personal();
        /// Street and number.
        ADDRESS = Field::text("Address", "address", 500).personal();
        /// Postal code.
        POST_CODE = Field::text("PostCode", "post_code", 32).personal();
        /// City.
        CITY_NAME = Field::text("CityName", "city_name", 255).personal();
        /// State or county.
        STATE = Field::text("State", "state", 255).personal();
        /// The client's number of the country.
        COUNTRY_ID = Field::integer("CountryId", "country_id").personal();
        /// When the business with this customer ends or ended; retention doesn't count before. Null: it counts from each check.
        RELATIONSHIP_ENDED_ON = Field::instant("RelationshipEndedOn", "relationship_ended_on");
        /// When the customer's personal data was erased; the record is not changed any more.
        ERASED_ON = Field::instant("ErasedOn", "erased_on").read_only();
    }
}
