use crate::support::fresh;

proofdesk_store::store_conformance!(fresh());
