//! `CoworkerIdentityCheckDocument` (contract section 2): what a customer hands in for a check, in up to three files.

use super::{business::BUSINESS, check::CHECK, coworker::COWORKER, user::USER};
use crate::entity::{Field, Tenancy, entity};
use crate::enumeration::STATUS;

/// The longest URL that a file is fetched from, in characters.
const MAX_URL: usize = 2048;

entity! {
    /// The declaration of `CoworkerIdentityCheckDocument`.
    DOCUMENT = "CoworkerIdentityCheckDocument" at "/api/spaces/coworkeridentitycheckdocuments" in "documents", record,
    tenancy: Tenancy::Column("business_id"), display: NAME, changes: All,
    {
        /// The customer, the same as the check's.
        COWORKER_ID = Field::reference("CoworkerId", "coworker_id", &COWORKER).required();
        /// The check it is handed in for.
        CHECK_ID = Field::reference("CoworkerIdentityCheckId", "check_id", &CHECK).required();
        /// What reviewers know it by.
        NAME = Field::text("Name", "name", 255).required().personal();
        /// Comments, of the customer or the reviewer.
        NOTES = Field::text("Notes", "notes", 10_000).personal();
        /// Where to fetch the face photo from.
        NEW_PHOTO_URL = Field::text_instruction("NewPhotoUrl", MAX_URL).secret();
        /// Empty the slot of the face photo.
        CLEAR_PHOTO = Field::flag_instruction("ClearPhotoFile");
        /// Where to fetch the front from.
        NEW_DOCUMENT_URL = Field::text_instruction("NewDocumentUrl", MAX_URL).secret();
        /// Empty the slot of the front.
        CLEAR_DOCUMENT = Field::flag_instruction("ClearDocumentFile");
        /// Where to fetch the back from.
        NEW_ADDITIONAL_DOCUMENT_URL = Field::text_instruction("NewAdditionalDocumentUrl", MAX_URL).secret();
        /// Empty the slot of the back.
        CLEAR_ADDITIONAL_DOCUMENT = Field::flag_instruction("ClearAdditionalDocumentFile");
        /// The name of the face photo; null where the slot is empty.
        PHOTO_FILE_NAME = Field::text("PhotoFileName", "photo_file_name", 255).read_only().personal();
        /// The name of the front; null where the slot is empty.
        DOCUMENT_FILE_NAME = Field::text("DocumentFileName", "document_file_name", 255).read_only().personal();
        /// The name of the back; null where the slot is empty.
        ADDITIONAL_DOCUMENT_FILE_NAME =
            Field::text("AdditionalDocumentFileName", "additional_document_file_name", 255).read_only().personal();
        /// How many of its files wait for the malware scan: nobody gets them, and it can't be accepted until then.
        FILES_HELD = Field::integer("FilesHeld", "files_held").read_only();
        /// What is wrong with the pictures in it, such as `Photo: Blurred; Document: Small`; null for nothing.
        WARNINGS = Field::text("Warnings", "warnings", 1000).read_only().personal();
        /// Where it stands.
        STATUS_ = Field::one_of("VerificationStatus", "status", &STATUS).read_only();
        /// The user who approved it first, where a second reviewer is needed.
        FIRST_APPROVAL_BY_ID = Field::reference("FirstApprovalById", "first_approval_by_id", &USER).hidden();
        /// The e-mail address of that user.
        FIRST_APPROVAL_BY = Field::derived("FirstApprovalBy", &["FirstApprovalById", "Email"]);
        /// When that was.
        FIRST_APPROVAL_ON = Field::instant("FirstApprovalOn", "first_approval_on").read_only();
        /// When its personal data was erased; it is not changed any more.
        ERASED_ON = Field::instant("ErasedOn", "erased_on").read_only();
        /// The ids of the users who made it, put a file into it or submitted it, with commas.
        HANDED_IN_BY = Field::text("HandedInBy", "handed_in_by", 4000).hidden();
        /// The check's location, kept here too for the border between tenants.
        BUSINESS_ID = Field::reference("BusinessId", "business_id", &BUSINESS).hidden();
        /// The customer's name.
        COWORKER_FULL_NAME = Field::derived("CoworkerFullName", &["CoworkerId", "FullName"]);
        /// Whether the customer is a person or a company.
        COWORKER_TYPE = Field::derived("CoworkerCoworkerType", &["CoworkerId", "CoworkerType"]);
        /// The customer's company.
        COWORKER_COMPANY = Field::derived("CoworkerCompanyName", &["CoworkerId", "CompanyName"]);
        /// The name on the customer's invoices.
        COWORKER_BILLING = Field::derived("CoworkerBillingName", &["CoworkerId", "BillingName"]);
        /// The check's name.
        CHECK_NAME = Field::derived("CoworkerIdentityCheckName", &["CoworkerIdentityCheckId", "Name"]);
        /// What the check proves.
        CHECK_VERIFICATION = Field::derived(
            "CoworkerIdentityCheckVerificationType", &["CoworkerIdentityCheckId", "VerificationType"]);
        /// The check's location.
        CHECK_BUSINESS_NAME = Field::derived(
            "CoworkerIdentityCheckBusinessName", &["CoworkerIdentityCheckId", "BusinessId", "Name"]);
        /// What the check's identity is proven with.
        CHECK_IDENTITY_TYPE = Field::derived(
            "CoworkerIdentityCheckIdentityDocumentType", &["CoworkerIdentityCheckId", "IdentityDocumentType"]);
        /// The number on the check's document.
        CHECK_IDENTITY_NUMBER = Field::derived(
            "CoworkerIdentityCheckIdentityDocumentNumber", &["CoworkerIdentityCheckId", "IdentityDocumentNumber"]);
        /// Who issued the check's document.
        CHECK_IDENTITY_ISSUED_BY = Field::derived(
            "CoworkerIdentityCheckIdentityDocumentIssuedBy", &["CoworkerIdentityCheckId", "IdentityDocumentIssuedBy"]);
        /// When the check's document expires.
        CHECK_IDENTITY_EXPIRES_ON = Field::derived(
            "CoworkerIdentityCheckIdentityDocumentExpirationDate",
            &["CoworkerIdentityCheckId", "IdentityDocumentExpirationDate"]);
        /// What the check's address is proven with.
        CHECK_ADDRESS_TYPE = Field::derived(
            "CoworkerIdentityCheckAddressDocumentType", &["CoworkerIdentityCheckId", "AddressDocumentType"]);
    }
}
