//! Entity tags and what they guard (RFC 9110 sections 8.8.3 and 13.1).

use serde_json::{Value, json};
use ureq::http::Method;

use crate::harness::{
    Answer, BUSINESSES, CHECKS, COWORKERS, Client, DOCUMENTS, USER_ROLES, USERS, World, every_role,
    multipart, png,
};

/// Clients that change one record at one time.
const RIVALS: usize = 12;

fn tag(client: &Client, path: &str) -> String {
    let answer = client.get(path);
    assert_eq!(answer.status, 200, "{answer}");
    let tag = answer.header("etag").to_owned();
    assert!(tag.len() > 20 && tag.starts_with('"') && tag.ends_with('"'), "a strong tag: {tag}");
    tag
}

fn send(client: &Client, method: Method, path: &str, tags: &str, body: &Value) -> Answer {
    let headers = [("content-type", "application/json"), ("if-match", tags)];
    client.send(method, path, &headers, Some(body.to_string().as_bytes()))
}

fn patch(client: &Client, path: &str, tags: &str, body: &Value) -> Answer {
    send(client, Method::PATCH, path, tags, body)
}

fn upload(client: &Client, path: &str, tags: &str) -> Answer {
    let (media, body) = multipart("file", "scan.png", &png(3));
    client.send(Method::POST, path, &[("content-type", &media), ("if-match", tags)], Some(&body))
}

fn delete(client: &Client, path: &str, tags: &str) -> Answer {
    client.send(Method::DELETE, path, &[("if-match", tags)], None)
}

fn run(client: &Client, path: &str, tags: &str, ids: &[i64]) -> Answer {
    send(client, Method::POST, &format!("{path}/runcommand"), tags, &json!({ "Key": "Cancel", "Ids": ids }))
}

/// Each way of changing a document.
const WAYS: [&str; 6] = ["patch", "put", "put by id", "upload", "run", "delete"];

fn change(admin: &Client, way: &str, world: &World, document: i64, tags: &str) -> Answer {
    let one = format!("{DOCUMENTS}/{document}");
    let whole = json!({
        "Id": document, "CoworkerId": world.coworker, "CoworkerIdentityCheckId": world.check, "Name": "Replaced",
    });
    match way {
        "patch" => patch(admin, DOCUMENTS, tags, &json!({ "Id": document, "Name": "Patched" })),
        "put" => send(admin, Method::PUT, DOCUMENTS, tags, &whole),
        "put by id" => send(admin, Method::PUT, &one, tags, &whole),
        "upload" => upload(admin, &format!("{DOCUMENTS}/uploadphoto/{document}"), tags),
        "run" => run(admin, DOCUMENTS, tags, &[document]),
        _ => delete(admin, &one, tags),
    }
}

on_both_stores! {
    fn every_record_has_a_tag_and_is_not_sent_twice(desk) {
        let world = desk.world();
        let document = desk.complete_document(&world);
        let user = desk.user("tagged@example.com", &["Business-Read"], &[world.business]);
        let me = desk.admin().get("/api/auth/me").record()["Id"].clone();
        let bundle = desk.admin().get(&format!("{USERS}/{user}")).record()["UserRoles"][0].clone();
        let entry = desk.audit("Business", world.business)[0]["Id"].clone();
        let all = [
            format!("{CHECKS}/{}", world.check), format!("{DOCUMENTS}/{document}"),
            format!("{BUSINESSES}/{}", world.business), format!("{COWORKERS}/{}", world.coworker),
            format!("{USERS}/{me}"), format!("{USER_ROLES}/{bundle}"), "/api/security/roles/1".to_owned(),
            format!("/api/sys/audittrailentries/{entry}"),
        ];
        let mut seen = std::collections::BTreeSet::new();
        for path in all {
            let own = tag(desk.admin(), &path);
            assert_eq!(tag(desk.admin(), &path), own, "{path}: the same as long as nothing changes");
            for known in [own.clone(), format!("W/{own}"), format!("\"x\", {own}"), "*".to_owned()] {
                let same = desk.admin().get_with(&path, &[("if-none-match", &known)]);
                assert_eq!((same.status, same.bytes.len(), same.header("etag")), (304, 0, own.as_str()), "{path} {known}");
            }
            let other = desk.admin().get_with(&path, &[("if-none-match", "\"another\"")]);
            assert_eq!((other.status, other.header("etag")), (200, own.as_str()));
            assert_eq!(desk.admin().get_with(&path, &[("if-match", &own)]).status, 200);
            desk.admin().get_with(&path, &[("if-match", "\"another\"")]).message(412);
            assert!(seen.insert(own), "{path}: another record's tag");
        }
    }

    /// The name of a location stands in its checks, a customer's in the documents, a bundle in its users.
    fn a_tag_changes_with_all_that_the_body_shows(desk) {
        let world = desk.world();
        let document = desk.complete_document(&world);
        let (check, document) = (format!("{CHECKS}/{}", world.check), format!("{DOCUMENTS}/{document}"));
        let changed = |path: &str, change: &dyn Fn() -> i64| {
            let before = (tag(desk.admin(), path), desk.admin().get(path).bytes);
            change();
            let after = (tag(desk.admin(), path), desk.admin().get(path).bytes);
            assert!(before.0 != after.0 && before.1 != after.1, "{path} shows the change, and its tag too");
        };
        let rename = |path: &str, id: i64, name: &str| desk.admin().patch(path, &json!({ "Id": id, (name): "Other" })).id();
        changed(&check, &|| rename(BUSINESSES, world.business, "Name"));
        changed(&document, &|| rename(COWORKERS, world.coworker, "FullName"));
        changed(&document, &|| rename(CHECKS, world.check, "Name"));
        let upload = document.replace(DOCUMENTS, &format!("{DOCUMENTS}/uploadphoto"));
        changed(&document, &|| desk.admin().upload(&upload, "b.png", &png(9)).id());
        changed(&check, &|| desk.admin().patch(CHECKS, &json!({ "Id": world.check, "Billed": true })).id());
        let user = desk.user("shown@example.com", &["Business-Read"], &[world.business]);
        changed(&format!("{USERS}/{user}"), &|| {
            desk.admin().post(USER_ROLES, &json!({ "BusinessId": world.business, "Name": "More", "Users": [user] })).id()
        });
    }

    fn a_stale_tag_changes_nothing(desk) {
        let world = desk.world();
        for (place, way) in WAYS.into_iter().enumerate() {
            let document = desk.document(&world, &json!({}));
            let path = format!("{DOCUMENTS}/{document}");
            let old = tag(desk.admin(), &path);
            desk.admin().patch(DOCUMENTS, &json!({ "Id": document, "Notes": "newer" })).id();
            let call = |tags: &str| change(desk.admin(), way, &world, document, tags);
            let before = (desk.admin().get(&path).bytes, desk.audit_count());
            let now = tag(desk.admin(), &path);
            for wrong in [old.clone(), "\"\"".to_owned(), format!("W/{now}"), format!("{old}, \"x\"")] {
                let said = call(&wrong).message(412);
                assert!(said.contains("state"), "{way} {wrong}: {said}");
            }
            for bad in ["", "abc", "\"a", "*, \"a\"", "\"a\" \"b\""] {
                assert_eq!(call(bad).errors().len(), 1, "{way} {bad}");
            }
            assert_eq!((desk.admin().get(&path).bytes, desk.audit_count()), before, "{way}");
            let given = format!("\"x\" , {now}");
            assert_eq!(call(if place % 2 == 0 { &given } else { "*" }).record()["WasSuccessful"], true, "{way}");
        }
    }

    fn what_is_not_there_is_not_there_whatever_the_tag(desk) {
        let [here, there] = [desk.world(), desk.world()];
        let foreign = desk.document(&there, &json!({}));
        let roles = every_role(&["CoworkerIdentityCheckDocument", "CoworkerIdentityCheck"]);
        let tenant = desk.user_with_roles(&roles, &[here.business]);
        for tags in ["*", "\"x\""] {
            for id in [foreign, 999_999_999] {
                patch(&tenant, DOCUMENTS, tags, &json!({ "Id": id, "Name": "N" })).is_not_found();
                delete(&tenant, &format!("{DOCUMENTS}/{id}"), tags).is_not_found();
                upload(&tenant, &format!("{DOCUMENTS}/uploadphoto/{id}"), tags).is_not_found();
                tenant.get_with(&format!("{DOCUMENTS}/{id}"), &[("if-none-match", tags)]).is_not_found();
                let said = run(&tenant, DOCUMENTS, tags, &[id]).refusal();
                assert!(said.contains("does not exist"), "{said}");
            }
        }
        let own = desk.document(&here, &json!({}));
        assert_eq!(run(&tenant, DOCUMENTS, "*", &[own, own + 1]).errors(), ["If-Match: needs exactly one id in Ids"]);
    }

    fn of_many_with_one_tag_one_wins(desk) {
        let world = desk.world();
        let path = format!("{CHECKS}/{}", world.check);
        for round in 0..5 {
            let now = tag(desk.admin(), &path);
            let (admin, now) = (desk.admin(), &now);
            let answers: Vec<Answer> = std::thread::scope(|scope| {
                let rivals: Vec<_> = (0..RIVALS)
                    .map(|rival| {
                        let admin = admin.clone();
                        let body = json!({ "Id": world.check, "Name": format!("{round} {rival}") });
                        scope.spawn(move || patch(&admin, CHECKS, now, &body))
                    })
                    .collect();
                rivals.into_iter().map(|rival| rival.join().expect("an answer")).collect()
            });
            let won: Vec<usize> = (0..RIVALS).filter(|rival| answers[*rival].status == 200).collect();
            assert_eq!(won.len(), 1, "{answers:?}");
            assert!(answers.iter().all(|answer| [200, 412].contains(&answer.status)), "{answers:?}");
            assert_eq!(desk.admin().get(&path).record()["Name"], format!("{round} {}", won[0]));
        }
        desk.admin().patch(CHECKS, &json!({ "Id": world.check, "Name": "Without a tag" })).id();
    }

    /// A user sees of another's locations only their own, by whichever role.
    fn a_tag_is_good_for_who_has_read_it(desk) {
        let [first, second] = [desk.business("First"), desk.business("Second")];
        let both = desk.coworker("Of both", &[first, second]);
        let some = desk.user_with_roles(&["Coworker-Read", "Coworker-Edit"], &[first]);
        let path = format!("{COWORKERS}/{both}");
        let seen = tag(&some, &path);
        patch(&some, COWORKERS, &seen, &json!({ "Id": both, "FullName": "By a tenant" })).id();
        patch(&some, COWORKERS, &seen, &json!({ "Id": both, "FullName": "Again" })).message(412);
        assert_eq!(desk.admin().get(&path).record()["Businesses"], json!([first, second]));
    }
}
