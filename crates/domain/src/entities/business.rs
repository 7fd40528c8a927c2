//! `Business` (contract section 7): a location of the operator, and the border between tenants.

use crate::entity::{Field, Tenancy, entity};

entity! {
    /// The declaration of `Business`.
    BUSINESS = "Business" at "/api/sys/businesses" in "businesses", record,
    tenancy: Tenancy::Itself, display: NAME, changes: All,
    {
        /// What it is called.
        NAME = Field::text("Name", "name", 255).required();
        /// Its web address.
        WEB_ADDRESS = Field::text("WebAddress", "web_address", 255);
        /// Its e-mail address.
        EMAIL_CONTACT = Field::text("EmailContact", "email_contact", 254);
        /// The client's number of its country.
        COUNTRY_ID = Field::integer("CountryId", "country_id");
        /// The client's number of its currency.
        CURRENCY_ID = Field::integer("CurrencyId", "currency_id");
        /// The client's number of its time zone.
        TIME_ZONE_ID = Field::integer("SimpleTimeZoneId", "simple_time_zone_id");
        /// Whether who handed in a document can't decide its check.
        FOUR_EYES = Field::flag("IdentityCheckFourEyes", "four_eyes");
        /// Whether a check needs two different reviewers to be successful.
        SECOND_REVIEWER = Field::flag("IdentityCheckSecondReviewer", "second_reviewer");
        /// How many days after a check's end its face photos are destroyed; null keeps them.
        KEEP_PHOTO_DAYS = Field::integer("KeepPhotoDays", "keep_photo_days");
        /// The same for the fronts.
        KEEP_DOCUMENT_DAYS = Field::integer("KeepDocumentDays", "keep_document_days");
        /// The same for the backs.
        KEEP_ADDITIONAL_DOCUMENT_DAYS = Field::integer("KeepAdditionalDocumentDays", "keep_additional_document_days");
        /// How many days after a check's end the check and its documents are erased; null keeps them.
        KEEP_RECORD_DAYS = Field::integer("KeepRecordDays", "keep_record_days");
        /// The warnings for which a file is refused, by their codes, with commas: `Small`, `Dark`, `Overexposed`, `Blurred`.
        REFUSE_WARNINGS = Field::text("RefuseWarnings", "refuse_warnings", 255);
    }
}
