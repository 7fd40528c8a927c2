//! The enumerations of the contract (section 2), each as a Rust type and as a table of names and numbers.

/// The table of one enumeration, as `/api/utils/enums` shows it.
#[derive(Debug, PartialEq, Eq)]
pub struct Enumeration {
    /// Its name on the wire, such as `eIdVerificationStatus`.
    pub name: &'static str,
    /// Number, name and label of each value, in the order of the numbers.
    pub values: &'static [(i64, &'static str, &'static str)],
}

impl Enumeration {
    /// The name of a number.
    pub fn name_of(&self, number: i64) -> Option<&'static str> {
        self.values.iter().find(|(n, ..)| *n == number).map(|(_, name, _)| *name)
    }

    /// The number of a name, whatever its case.
    pub fn number_of(&self, name: &str) -> Option<i64> {
        self.values.iter().find(|(_, own, _)| own.eq_ignore_ascii_case(name)).map(|(n, ..)| *n)
    }
}

macro_rules! enumeration {
    ($(#[$doc:meta])* $type:ident, $table:ident, $wire:literal { $($(#[$vdoc:meta])* $variant:ident = $number:literal, $label:literal;)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
        pub enum $type { $($(#[$vdoc])* $variant = $number),* }

        #[doc = concat!("The table of [`", stringify!($type), "`].")]
        pub static $table: Enumeration = Enumeration {
            name: $wire,
            values: &[$(($number, stringify!($variant), $label)),*],
        };

        impl $type {
            /// The value with this number; the first one (None) for an unknown number.
            pub fn from_number(number: i64) -> Self {
                match number { $($number => Self::$variant,)* _ => Self::default() }
            }

            /// Its number on the wire and in the store.
            pub const fn number(self) -> i64 {
                self as i64
            }

            /// Its name on the wire.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => stringify!($variant)),* }
            }
        }

        impl From<$type> for crate::value::Value {
            fn from(value: $type) -> Self {
                Self::Int(value.number())
            }
        }
    };
}

enumeration! {
    /// Who carries out a check.
    Provider, PROVIDER, "eIdentityCheckProvider" {
        /// Not said.
        #[default] None = 0, "None";
        /// A reviewer of the operator.
        Manual = 1, "Manual";
        /// Stripe Identity, by the operator's account there.
        StripeIdentity = 2, "Stripe Identity";
    }
}

enumeration! {
    /// What an identity is proven with.
    IdentityDocumentType, IDENTITY_DOCUMENT_TYPE, "eIdentityCheckDocumentType" {
        /// Not said.
        #[default] None = 0, "None";
        /// A passport; it has no back.
        Passport = 1, "Passport";
        /// A driver's licence.
        DriversLicense = 2, "Driver's license";
        /// A national identity card.
        IdCard = 3, "ID card";
        /// A uniformed service's card.
        UniformedServiceId = 4, "Uniformed service ID";
        /// A certificate of naturalization.
        CertificateOfNaturalization = 5, "Certificate of naturalization";
        /// An access card.
        AccessCard = 6, "Access card";
        /// A Mexican consular card.
        MatriculaConsular = 7, "Matrícula consular";
        /// A resident's card.
        ResidentCard = 8, "Resident card";
        /// A university's card.
        UniversityId = 9, "University ID";
        /// A NEXUS card.
        NEXUSCard = 10, "NEXUS card";
        /// Anything else.
        Other = 99, "Other";
    }
}

enumeration! {
    /// What an address is proven with.
    AddressDocumentType, ADDRESS_DOCUMENT_TYPE, "eAddressCheckDocumentType" {
        /// Not said.
        #[default] None = 0, "None";
        /// A passport.
        Passport = 1, "Passport";
        /// A driver's licence.
        DriversLicense = 2, "Driver's license";
        /// A national identity card.
        IdCard = 3, "ID card";
        /// A lease.
        LeaseRentalAgreement = 4, "Lease or rental agreement";
        /// An insurance policy.
        InsurancePolicy = 5, "Insurance policy";
        /// A mortgage.
        Mortgage = 6, "Mortgage";
        /// A vehicle's registration.
        VehicleRegistrationCard = 7, "Vehicle registration card";
        /// A voter's card.
        VoterCard = 8, "Voter card";
        /// A bank statement.
        BankStatement = 9, "Bank statement";
        /// Anything else.
        Other = 99, "Other";
    }
}

enumeration! {
    /// What a check proves.
    VerificationType, VERIFICATION_TYPE, "eIdVerificationType" {
        /// Not said.
        #[default] None = 0, "None";
        /// Who the customer is.
        IdDocument = 1, "ID document";
        /// Where the customer lives.
        Address = 2, "Address";
    }
}

enumeration! {
    /// Where a check or a document stands.
    Status, STATUS, "eIdVerificationStatus" {
        /// Never set by Proofdesk.
        #[default] None = 0, "None";
        /// Waits for the customer.
        Pending = 1, "Pending";
        /// Waits for the reviewer.
        Submitted = 2, "Submitted";
        /// The reviewer accepted it.
        Successful = 3, "Successful";
        /// The reviewer rejected it; the customer may submit again.
        Failed = 4, "Failed";
        /// Called off.
        Cancelled = 5, "Cancelled";
    }
}

enumeration! {
    /// What a customer is.
    CoworkerType, COWORKER_TYPE, "eCoworkerType" {
        /// Not said.
        #[default] None = 0, "None";
        /// A person.
        Individual = 1, "Individual";
        /// A company.
        Company = 2, "Company";
    }
}

enumeration! {
    /// What an audit entry records (contract section 7; from 100 on Proofdesk's own).
    AuditType, AUDIT_TYPE, "eAuditType" {
        /// Never written.
        #[default] None = 0, "None";
        /// A record was made.
        Create = 1, "Create";
        /// A record was changed.
        Update = 2, "Update";
        /// A record was removed.
        Delete = 3, "Delete";
        /// A file was looked at.
        Look = 100, "Look";
        /// Somebody signed in.
        SignIn = 101, "Sign-in";
        /// Something was refused.
        Denied = 102, "Denied";
        /// Data was exported.
        Export = 103, "Export";
        /// Data was erased.
        Erase = 104, "Erase";
        /// Tokens were ended by who has them.
        SignOut = 105, "Sign-out";
        /// How somebody signs in was changed, or a link was made to change it.
        Credentials = 106, "Credentials";
        /// A user was linked to who it is at an issuer of OpenID Connect.
        Linked = 107, "Linked";
        /// A user's rights were set by what an issuer says.
        Mapped = 108, "Mapped";
        /// What wraps the keys of files was replaced.
        KeysRotated = 113, "Keys rotated";
        /// A check was put under a legal hold.
        Hold = 116, "Legal hold";
        /// A check's legal hold was lifted.
        HoldLifted = 117, "Legal hold lifted";
        /// The time was over for which something is kept.
        Expired = 118, "Expired";
        /// What was erased before was erased again, after a backup was put back.
        ErasedAgain = 119, "Erased again";
        /// A file was found to be lost: its slot is empty now.
        FileLost = 120, "File lost";
        /// The desk was put back from a backup.
        Restored = 121, "Restored";
        /// A file was refused because the malware scan found something in it.
        ScanFound = 122, "Malware refused";
        /// A held file was destroyed because the malware scan found something in it.
        ScanDestroyed = 123, "Malware destroyed";
        /// Pictures of a file were missing or broken, and were made anew.
        PicturesMade = 124, "Pictures made anew";
    }
}

/// All tables that `/api/utils/enums` knows.
pub static ENUMERATIONS: [&Enumeration; 7] = [
    &PROVIDER,
    &IDENTITY_DOCUMENT_TYPE,
    &ADDRESS_DOCUMENT_TYPE,
    &VERIFICATION_TYPE,
    &STATUS,
    &COWORKER_TYPE,
    &AUDIT_TYPE,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers_agree_with_the_contract() {
        assert_eq!(Status::Cancelled.number(), 5);
        assert_eq!(STATUS.name_of(3), Some("Successful"));
        assert_eq!(IDENTITY_DOCUMENT_TYPE.number_of("nexuscard"), Some(10));
        assert_eq!(IdentityDocumentType::from_number(99), IdentityDocumentType::Other);
        assert_eq!(ADDRESS_DOCUMENT_TYPE.number_of("BankStatement"), Some(9));
        assert_eq!(Status::from_number(77), Status::None);
        for table in ENUMERATIONS {
            assert!(table.values.is_sorted_by_key(|(n, ..)| *n), "{}", table.name);
        }
    }
}
