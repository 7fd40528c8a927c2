//! Who may decide: nobody on what they handed in, and two where the location asks for two.

use serde_json::{Value, json};

use crate::harness::{
    ADMIN_EMAIL, ADMIN_PASSWORD, Answer, BUSINESSES, CHECKS, Client, DOCUMENTS, Desk, World, every_role, png,
};

const PASSWORD: &str = "a password of a test";
const SUBMITTED: i64 = 2;
const SUCCESSFUL: i64 = 3;
const FAILED: i64 = 4;
const CANCELLED: i64 = 5;
const BY_YOURSELF: &str = "was handed in by yourself, so somebody else has to decide";
const TWICE: &str = "was approved by yourself already, so somebody else has to approve it too";

/// Everybody who may want to decide.
struct People {
    submitter: Client,
    /// The submitter, signed in again.
    again: Client,
    other: Client,
    third: Client,
}

fn people(desk: &Desk, business: i64) -> People {
    let roles = every_role(&["CoworkerIdentityCheck", "CoworkerIdentityCheckDocument"]);
    let make = |name: &str| {
        let email = format!("{name}{business}@example.com");
        desk.user(&email, &roles, &[business]);
        desk.signed_in(&email, PASSWORD)
    };
    let (submitter, other, third) = (make("submitter"), make("other"), make("third"));
    let again = desk.signed_in(&format!("submitter{business}@example.com"), PASSWORD);
    People { submitter, again, other, third }
}

fn ask(desk: &Desk, business: i64, four_eyes: bool, second: bool) {
    let flags = json!({
        "Id": business, "IdentityCheckFourEyes": four_eyes, "IdentityCheckSecondReviewer": second,
    });
    desk.admin().patch(BUSINESSES, &flags).id();
}

/// A check with a document that `by` made and filled.
fn handed_in(desk: &Desk, place: &World, by: &Client) -> (i64, i64) {
    let check = desk.check(place.business, place.coworker, &json!({ "IdentityDocumentType": 1 }));
    let body = json!({ "CoworkerId": place.coworker, "CoworkerIdentityCheckId": check, "Name": "Passport" });
    let document = by.post(DOCUMENTS, &body).id();
    fill(by, document, "photo");
    fill(by, document, "document");
    (check, document)
}

fn fill(by: &Client, document: i64, slot: &str) {
    by.upload(&format!("{DOCUMENTS}/upload{slot}/{document}"), "scan.png", &png(1)).id();
}

fn run(by: &Client, path: &str, key: &str, ids: &[i64]) -> Answer {
    let parameters = json!([{ "Name": "Notes", "Value": "The picture is blurred." }]);
    by.post(&format!("{path}/runcommand"), &json!({ "Key": key, "Ids": ids, "Parameters": parameters }))
}

fn approve(by: &Client, path: &str, id: i64) -> Answer {
    run(by, path, "MarkAsVerified", &[id])
}

fn waits(answer: &Answer) {
    assert_eq!(
        answer.done()["Message"],
        "MarkAsVerified was successfully run. A second reviewer has to approve."
    );
}

fn record(desk: &Desk, path: &str, id: i64) -> Value {
    desk.admin().get(&format!("{path}/{id}")).record()
}

fn standing(desk: &Desk, path: &str, id: i64) -> i64 {
    record(desk, path, id)["VerificationStatus"].as_i64().expect("a number")
}

on_both_stores! {
    /// Who × what × which flags × on a check or its document: nobody decides on what they handed in.
    fn the_whole_matrix(desk) {
        let place = desk.world();
        let people = people(desk, place.business);
        let admin = desk.signed_in(ADMIN_EMAIL, ADMIN_PASSWORD);
        // Who hands in, who acts, whether they are one person.
        let pairs = [
            ("submitter", &people.submitter, &people.submitter, true),
            ("same person by another token", &people.submitter, &people.again, true),
            ("other reviewer", &people.submitter, &people.other, false),
            ("administrator who handed in", desk.admin(), desk.admin(), true),
            ("administrator by another token", desk.admin(), &admin, true),
            ("administrator", &people.submitter, desk.admin(), false),
        ];
        let (mut cells, mut refused) = (0, 0);
        for (four_eyes, second) in [(false, false), (true, false), (false, true), (true, true)] {
            ask(desk, place.business, four_eyes, second);
            for (who, by, actor, same) in pairs {
                for key in ["MarkAsVerified", "MarkAsRejected", "Cancel", "PATCH", "PUT"] {
                    for path in [CHECKS, DOCUMENTS] {
                        let (check, document) = handed_in(desk, &place, by);
                        let id = if path == CHECKS { check } else { document };
                        let cell = format!("{who} {key} {path} {four_eyes} {second}");
                        let decides = ["MarkAsVerified", "MarkAsRejected"].contains(&key);
                        let left = match key {
                            _ if decides && four_eyes && same => {
                                let said = run(actor, path, key, &[id]).refusal();
                                assert!(said.ends_with(BY_YOURSELF), "{cell}: {said}");
                                refused += 1;
                                SUBMITTED
                            }
                            "MarkAsVerified" if second => {
                                waits(&run(actor, path, key, &[id]));
                                SUBMITTED
                            }
                            "PATCH" => {
                                actor.patch(path, &json!({ "Id": id, "VerificationStatus": SUCCESSFUL, "Billed": true })).id();
                                SUBMITTED
                            }
                            "PUT" => {
                                let mut whole = record(desk, path, id);
                                whole["VerificationStatus"] = SUCCESSFUL.into();
                                actor.put(path, &whole).id();
                                SUBMITTED
                            }
                            _ => {
                                run(actor, path, key, &[id]).done();
                                [("MarkAsVerified", SUCCESSFUL), ("MarkAsRejected", FAILED), ("Cancel", CANCELLED)]
                                    .into_iter().find(|(own, _)| *own == key).expect("a command").1
                            }
                        };
                        assert_eq!(standing(desk, path, id), left, "{cell}");
                        cells += 1;
                    }
                }
            }
        }
        assert_eq!((cells, refused), (240, 2 * 4 * 2 * 2));
    }

    fn every_way_of_handing_in_counts(desk) {
        let place = desk.world();
        let people = people(desk, place.business);
        ask(desk, place.business, true, false);
        let bound = |who: &Client, check: i64, document: i64| {
            for (path, id) in [(CHECKS, check), (DOCUMENTS, document)] {
                let said = approve(who, path, id).refusal();
                assert!(said.ends_with(BY_YOURSELF), "{said}");
            }
        };
        // Made by one, filled by another, one of the files replaced by a third.
        let (check, document) = {
            let check = desk.check(place.business, place.coworker, &json!({ "IdentityDocumentType": 1 }));
            let body = json!({ "CoworkerId": place.coworker, "CoworkerIdentityCheckId": check, "Name": "Passport" });
            (check, people.submitter.post(DOCUMENTS, &body).id())
        };
        fill(&people.other, document, "photo");
        fill(&people.third, document, "photo");
        fill(&people.third, document, "document");
        for who in [&people.submitter, &people.other, &people.third] {
            bound(who, check, document);
        }
        approve(desk.admin(), CHECKS, check).done();
        // Submitted by asking for less.
        let check = desk.check(place.business, place.coworker, &json!({ "IdentityDocumentType": 2 }));
        let body = json!({ "CoworkerId": place.coworker, "CoworkerIdentityCheckId": check, "Name": "A card" });
        let document = people.submitter.post(DOCUMENTS, &body).id();
        fill(&people.submitter, document, "photo");
        fill(&people.submitter, document, "document");
        people.other.patch(CHECKS, &json!({ "Id": check, "IdentityDocumentType": 1 })).id();
        assert_eq!(standing(desk, CHECKS, check), SUBMITTED);
        bound(&people.other, check, document);
        // Who only writes notes hands in nothing.
        people.third.patch(DOCUMENTS, &json!({ "Id": document, "Notes": "Seen" })).id();
        approve(&people.third, DOCUMENTS, document).done();
        assert_eq!(standing(desk, CHECKS, check), SUCCESSFUL);
        // By URL, and a run over several checks is refused as a whole.
        let [own, others] = [handed_in(desk, &place, &people.submitter), handed_in(desk, &place, &people.other)];
        run(&people.submitter, CHECKS, "MarkAsVerified", &[others.0, own.0]).refusal();
        assert_eq!(standing(desk, CHECKS, others.0), SUBMITTED);
        let url = desk.files.put("face.png", png(2));
        people.third.patch(DOCUMENTS, &json!({ "Id": own.1, "NewPhotoUrl": url })).id();
        bound(&people.third, own.0, own.1);
    }

    fn two_reviewers_approve(desk) {
        let place = desk.world();
        let people = people(desk, place.business);
        ask(desk, place.business, false, true);
        for path in [CHECKS, DOCUMENTS] {
            let (check, document) = handed_in(desk, &place, &people.submitter);
            let id = if path == CHECKS { check } else { document };
            let entity = if path == CHECKS { "CoworkerIdentityCheck" } else { "CoworkerIdentityCheckDocument" };
            assert_eq!(record(desk, path, id)["FirstApprovalBy"], Value::Null);
            waits(&approve(&people.other, path, id));
            let first = record(desk, path, id);
            assert_eq!(first["FirstApprovalBy"], format!("other{}@example.com", place.business));
            assert!(first["FirstApprovalOn"].as_str().is_some_and(|on| on.ends_with('Z')), "{first}");
            let told: Vec<Value> = desk.audit(entity, id).iter().map(|entry| entry["Description"].clone()).collect();
            assert_eq!(told.last(), Some(&json!(format!("{entity} was approved by a first reviewer"))), "{told:?}");
            let count = told.len();
            let said = approve(&people.other, path, id).refusal();
            assert!(said.ends_with(TWICE), "{said}");
            assert_eq!(desk.audit(entity, id).len(), count);
            approve(&people.third, path, id).done();
            for (path, id) in [(CHECKS, check), (DOCUMENTS, document)] {
                assert_eq!(standing(desk, path, id), SUCCESSFUL);
            }
            assert_eq!(record(desk, path, id)["FirstApprovalBy"], first["FirstApprovalBy"], "it stays on record");
        }
        let (check, _) = handed_in(desk, &place, &people.submitter);
        waits(&run(&people.other, CHECKS, "MarkAsVerified", &[check, check]));
        let (other, _) = handed_in(desk, &place, &people.submitter);
        let said = run(&people.other, CHECKS, "MarkAsVerified", &[other, check]).refusal();
        assert!(said.ends_with(TWICE), "{said}");
        assert_eq!(record(desk, CHECKS, other)["FirstApprovalOn"], Value::Null, "all or nothing");
    }

    fn a_rejection_decides_and_news_take_an_approval_back(desk) {
        let place = desk.world();
        let people = people(desk, place.business);
        ask(desk, place.business, false, true);
        for (path, rejects) in [(CHECKS, &people.other), (DOCUMENTS, &people.third)] {
            let (check, document) = handed_in(desk, &place, &people.submitter);
            let id = if path == CHECKS { check } else { document };
            waits(&approve(&people.other, path, id));
            run(rejects, path, "MarkAsRejected", &[id]).done();
            assert_eq!(standing(desk, CHECKS, check), FAILED);
            assert_eq!(record(desk, path, id)["FirstApprovalBy"], Value::Null);
            fill(&people.submitter, document, "photo");
            waits(&approve(&people.other, path, id));
            fill(&people.submitter, document, "additionaldocument");
            waits(&approve(&people.other, path, id));
            let news: [&dyn Fn(); 4] = [
                &|| {
                    // What isn't required, so that nothing moves.
                    people.submitter.patch(DOCUMENTS, &json!({ "Id": document, "ClearAdditionalDocumentFile": true })).id();
                    assert_eq!(standing(desk, CHECKS, check), SUBMITTED);
                },
                &|| fill(&people.submitter, document, "document"),
                &|| {
                    people.submitter.patch(DOCUMENTS, &json!({ "Id": document, "ClearPhotoFile": true })).id();
                    fill(&people.submitter, document, "photo");
                },
                &|| {
                    people.submitter.patch(CHECKS, &json!({ "Id": check, "IdentityDocumentNumber": "B7" })).id();
                },
            ];
            for happens in news {
                assert_ne!(record(desk, path, id)["FirstApprovalBy"], Value::Null);
                happens();
                assert_eq!(record(desk, path, id)["FirstApprovalBy"], Value::Null);
                assert_eq!(record(desk, path, id)["FirstApprovalOn"], Value::Null);
                waits(&approve(&people.other, path, id));
            }
            if path == CHECKS {
                let second = desk.document(&World { check, ..place }, &json!({}));
                assert_ne!(record(desk, path, id)["FirstApprovalBy"], Value::Null, "there is nothing new in it yet");
                fill(&people.submitter, second, "photo");
                assert_eq!(record(desk, path, id)["FirstApprovalBy"], Value::Null);
                waits(&approve(&people.other, path, id));
            }
            people.submitter.patch(CHECKS, &json!({ "Id": check, "Billed": true })).id();
            approve(&people.third, path, id).done();
            assert_eq!(standing(desk, CHECKS, check), SUCCESSFUL);
        }
    }

    fn one_reviewer_many_times_at_once_is_one_reviewer(desk) {
        let place = desk.world();
        let people = people(desk, place.business);
        ask(desk, place.business, true, true);
        for path in [CHECKS, DOCUMENTS] {
            let (check, document) = handed_in(desk, &place, &people.submitter);
            let id = if path == CHECKS { check } else { document };
            let at_once = |who: &[&Client]| -> Vec<Answer> {
                std::thread::scope(|scope| {
                    let runs: Vec<_> = who.iter().map(|who| {
                        let who = (*who).clone();
                        scope.spawn(move || approve(&who, path, id))
                    }).collect();
                    runs.into_iter().map(|run| run.join().expect("an answer")).collect()
                })
            };
            let answers = at_once(&[&people.other; 8]);
            let taken = answers.iter().filter(|answer| answer.record()["WasSuccessful"] == true).count();
            assert_eq!((taken, standing(desk, path, id)), (1, SUBMITTED), "{answers:?}");
            let answers = at_once(&[&people.third, &people.other, &people.submitter, &people.again]);
            let taken: Vec<bool> = answers.iter().map(|answer| answer.record()["WasSuccessful"] == true).collect();
            assert_eq!(taken, [true, false, false, false], "{answers:?}");
            assert_eq!(standing(desk, CHECKS, check), SUCCESSFUL);
        }
    }

    fn deciding_needs_the_role_to_edit_checks(desk) {
        let [place, elsewhere] = [desk.world(), desk.world()];
        let (editing, of_document) = ("CoworkerIdentityCheck-Edit", "CoworkerIdentityCheckDocument-Edit");
        let only_documents = desk.user_with_roles(&[of_document], &[place.business]);
        let only_checks = desk.user_with_roles(&[editing], &[place.business]);
        let both = desk.user_with_roles(&[editing, of_document], &[place.business]);
        let (check, document) = handed_in(desk, &place, desk.admin());
        for key in ["MarkAsVerified", "MarkAsRejected"] {
            run(&only_documents, DOCUMENTS, key, &[document]).is_denied();
            run(&only_documents, CHECKS, key, &[check]).is_denied();
            run(&only_checks, DOCUMENTS, key, &[document]).is_denied();
        }
        // Of documents at both places, but of checks elsewhere only.
        let email = "split@example.com";
        let user = desk.user(email, &[of_document], &[place.business, elsewhere.business]);
        let bundle = json!({ "BusinessId": elsewhere.business, "Name": "Checks", "Roles": [editing], "Users": [user] });
        desk.admin().post(crate::harness::USER_ROLES, &bundle).id();
        run(&desk.signed_in(email, PASSWORD), DOCUMENTS, "MarkAsVerified", &[document]).is_denied();
        assert_eq!(standing(desk, DOCUMENTS, document), SUBMITTED);
        run(&both, DOCUMENTS, "MarkAsRejected", &[document]).done();
        fill(desk.admin(), document, "photo");
        run(&only_checks, CHECKS, "MarkAsVerified", &[check]).done();
        let (_, document) = handed_in(desk, &place, desk.admin());
        run(&only_documents, DOCUMENTS, "Cancel", &[document]).done();
    }

    fn files_are_looked_at_by_their_own_role(desk) {
        let place = desk.world();
        let (_, document) = handed_in(desk, &place, desk.admin());
        let metadata = desk.user_with_roles(&["CoworkerIdentityCheckDocument-List"], &[place.business]);
        let listed = metadata.get(&format!("{DOCUMENTS}?size=10")).records();
        assert_eq!(listed.len(), 1);
        assert_eq!(listed[0]["PhotoFileName"], "scan.png");
        let photo = format!("{DOCUMENTS}/getphoto/{document}");
        metadata.get(&photo).is_denied();
        let mut all = every_role(&["CoworkerIdentityCheck", "CoworkerIdentityCheckDocument", "Coworker", "Business"]);
        all.retain(|role| role != "CoworkerIdentityCheckDocument-Read");
        desk.user_with_roles(&all, &[place.business]).get(&photo).is_denied();
        let reader = desk.user_with_roles(&["CoworkerIdentityCheckDocument-Read"], &[place.business]);
        assert_eq!(reader.get(&photo).status, 200);
    }

    fn only_who_edits_the_location_changes_its_rules(desk) {
        let place = desk.world();
        ask(desk, place.business, true, true);
        let mut all = every_role(&["Business", "CoworkerIdentityCheck", "CoworkerIdentityCheckDocument", "User"]);
        all.retain(|role| role != "Business-Edit");
        let flags = json!({ "Id": place.business, "IdentityCheckFourEyes": false, "IdentityCheckSecondReviewer": false });
        desk.user_with_roles(&all, &[place.business]).patch(BUSINESSES, &flags).is_denied();
        let own = record(desk, BUSINESSES, place.business);
        assert_eq!((&own["IdentityCheckFourEyes"], &own["IdentityCheckSecondReviewer"]), (&json!(true), &json!(true)));
        desk.user_with_roles(&["Business-Edit"], &[place.business]).patch(BUSINESSES, &flags).id();
        let own = record(desk, BUSINESSES, place.business);
        assert_eq!((&own["IdentityCheckFourEyes"], &own["IdentityCheckSecondReviewer"]), (&json!(false), &json!(false)));
        let entry = desk.audit("Business", place.business).pop().expect("an entry");
        assert_eq!(entry["PropertyName"], "IdentityCheckFourEyes, IdentityCheckSecondReviewer");
    }
}
