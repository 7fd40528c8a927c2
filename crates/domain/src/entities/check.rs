//! `CoworkerIdentityCheck` (contract section 2): a location asks a customer to prove who they are, or where they live.

use super::{business::BUSINESS, coworker::COWORKER, user::USER};
use crate::entity::{Field, Tenancy, entity};
use crate::enumeration::{
    ADDRESS_DOCUMENT_TYPE, IDENTITY_DOCUMENT_TYPE, PROVIDER, STATUS, VERIFICATION_TYPE,
};

entity! {
    /// The declaration of `CoworkerIdentityCheck`.
    CHECK = "CoworkerIdentityCheck" at "/api/spaces/coworkeridentitychecks" in "checks", record,
    tenancy: Tenancy::Column("business_id"), display: NAME, changes: All,
    {
        /// The location that asks.
        BUSINESS_ID = Field::reference("BusinessId", "business_id", &BUSINESS).required();
        /// The customer who is asked.
        COWORKER_ID = Field::reference("CoworkerId", "coworker_id", &COWORKER).required();
        /// What reviewers know it by.
        NAME = Field::text("Name", "name", 255).required().personal();
        /// Who carries it out.
        PROVIDER_ = Field::one_of("IdentityCheckProvider", "provider", &PROVIDER);
        /// What the identity is proven with.
        IDENTITY_TYPE = Field::one_of("IdentityDocumentType", "identity_document_type", &IDENTITY_DOCUMENT_TYPE);
        /// The number on the document.
        IDENTITY_NUMBER = Field::text("IdentityDocumentNumber", "identity_document_number", 100).personal();
        /// Who issued the document.
        IDENTITY_ISSUED_BY = Field::text("IdentityDocumentIssuedBy", "identity_document_issued_by", 255).personal();
        /// When the document expires.
        IDENTITY_EXPIRES_ON = Field::instant("IdentityDocumentExpirationDate", "identity_document_expires_on").personal();
        /// What the address is proven with.
        ADDRESS_TYPE = Field::one_of("AddressDocumentType", "address_document_type", &ADDRESS_DOCUMENT_TYPE);
        /// Whether it proves an identity or an address.
        VERIFICATION = Field::one_of("VerificationType", "verification_type", &VERIFICATION_TYPE);
        /// What the operator tells the customer: which documents are accepted.
        DESCRIPTION = Field::text("Description", "description", 4000).personal();
        /// Whether it was charged for.
        BILLED = Field::flag("Billed", "billed");
        /// The session of a check that Stripe Identity carries out.
        STRIPE_SESSION = Field::text("StripeVerificationSessionId", "stripe_verification_session_id", 255).personal();
        /// The proposal that it belongs to.
        PROPOSAL_GUID = Field::guid("ProposalGuid", "proposal_guid").personal();
        /// The contract that it belongs to.
        CONTRACT_GUID = Field::guid("CoworkerContractGuid", "coworker_contract_guid").personal();
        /// The contract's contact that it is about.
        CONTACT_GUID = Field::guid("ContractContactGuid", "contract_contact_guid").personal();
        /// The first check of a pair: who carries it out.
        PROVIDER_1 = Field::one_of_instruction("IdentityCheckProvider1", &PROVIDER).create_only();
        /// The first check of a pair: what it proves.
        VERIFICATION_1 = Field::one_of_instruction("VerificationType1", &VERIFICATION_TYPE).create_only();
        /// The first check of a pair: what the customer is told.
        DESCRIPTION_1 = Field::text_instruction("Description1", 4000).create_only();
        /// The second check of a pair: who carries it out.
        PROVIDER_2 = Field::one_of_instruction("IdentityCheckProvider2", &PROVIDER).create_only();
        /// The second check of a pair: what it proves.
        VERIFICATION_2 = Field::one_of_instruction("VerificationType2", &VERIFICATION_TYPE).create_only();
        /// The second check of a pair: what the customer is told.
        DESCRIPTION_2 = Field::text_instruction("Description2", 4000).create_only();
        /// Where it stands.
        STATUS_ = Field::one_of("VerificationStatus", "status", &STATUS).read_only();
        /// Why a provider failed.
        LAST_ERROR = Field::text("LastError", "last_error", 1000).read_only().personal();
        /// What the checks of one request share.
        GROUP_GUID = Field::guid("IdentityCheckGroupGuid", "group_guid").read_only();
        /// The user who approved it first, where a second reviewer is needed.
        FIRST_APPROVAL_BY_ID = Field::reference("FirstApprovalById", "first_approval_by_id", &USER).hidden();
        /// The e-mail address of that user.
        FIRST_APPROVAL_BY = Field::derived("FirstApprovalBy", &["FirstApprovalById", "Email"]);
        /// When that was.
        FIRST_APPROVAL_ON = Field::instant("FirstApprovalOn", "first_approval_on").read_only();
        /// When it became what it is, if that is an end; null while it waits. Retention counts from here.
        ENDED_ON = Field::instant("EndedOn", "ended_on").read_only();
        /// Whether it is held for a court or an authority: nothing of it is erased then.
        LEGAL_HOLD = Field::flag("LegalHold", "legal_hold").read_only();
        /// When its personal data was erased; it is not changed any more.
        ERASED_ON = Field::instant("ErasedOn", "erased_on").read_only();
        /// The location's name.
        BUSINESS_NAME = Field::derived("BusinessName", &["BusinessId", "Name"]);
        /// The customer's name.
        COWORKER_FULL_NAME = Field::derived("CoworkerFullName", &["CoworkerId", "FullName"]);
        /// Whether the customer is a person or a company.
        COWORKER_TYPE = Field::derived("CoworkerCoworkerType", &["CoworkerId", "CoworkerType"]);
        /// The customer's company.
        COWORKER_COMPANY = Field::derived("CoworkerCompanyName", &["CoworkerId", "CompanyName"]);
        /// The name on the customer's invoices.
        COWORKER_BILLING = Field::derived("CoworkerBillingName", &["CoworkerId", "BillingName"]);
    }
}
