//! How texts are found.

use std::sync::Arc;

use proofdesk_domain::entities::business;
use proofdesk_domain::list::{Test, fold};
use proofdesk_domain::scope::Scope;

use super::Outcome;
use super::world::World;
use crate::{Query, Store, StoreError};

/// A store with a location of each of these names.
async fn named(store: Arc<dyn Store>, names: &[&str]) -> Result<World, StoreError> {
    let mut world = World::empty(store).await?;
    for (number, name) in names.iter().enumerate() {
        world.insert(world.sample(&business::BUSINESS, number).with(business::NAME, *name)).await?;
    }
    Ok(world)
}

async fn found(world: &World, test: Test) -> Result<Vec<String>, StoreError> {
    let query = Query::all(&business::BUSINESS, Scope::All, 50).filter(business::NAME, test);
    let records = world.store.select(&query).await?;
    Ok(records.iter().filter_map(|record| record.text(business::NAME)).map(str::to_owned).collect())
}

/// Latin with accents, Greek, Cyrillic, and letters whose lower case is longer.
pub async fn contains_ignores_case_of_every_script(store: Arc<dyn Store>) -> Outcome {
    let names =
        ["CAFÉ Éclair", "café éclair", "ΩMEGA", "ωmega", "ЖУК", "жук", "İZMİR", "STRAẞE", "straße", "cafe"];
    let world = named(store, &names).await?;
    let expected: [(&str, &[&str]); 8] = [
        ("É", &["CAFÉ Éclair", "café éclair"]),
        ("é ÉC", &["CAFÉ Éclair", "café éclair"]),
        ("Ω", &["ΩMEGA", "ωmega"]),
        ("ωME", &["ΩMEGA", "ωmega"]),
        ("жУ", &["ЖУК", "жук"]),
        ("İ", &["İZMİR"]),
        ("ẞ", &["STRAẞE", "straße"]),
        ("CAFE", &["cafe"]),
    ];
    for (part, names) in expected {
        assert_eq!(found(&world, Test::Contains(fold(part))).await?, names, "{part}");
    }
    Ok(())
}

/// What patterns are made of in SQL has no meaning in a text that is looked for.
pub async fn wildcards_stand_for_themselves(store: Arc<dyn Store>) -> Outcome {
    let names = ["100%", "100", "a_b", "axb", "a\\b", "a/b", "'quoted'", "[abc]", "*?", "a%_b"];
    let world = named(store, &names).await?;
    let expected: [(&str, &[&str]); 11] = [
        ("%", &["100%", "a%_b"]),
        ("100%", &["100%"]),
        ("_", &["a_b", "a%_b"]),
        ("a_b", &["a_b"]),
        ("\\", &["a\\b"]),
        ("\\b", &["a\\b"]),
        ("'", &["'quoted'"]),
        ("[a", &["[abc]"]),
        ("*", &["*?"]),
        ("?", &["*?"]),
        ("%_", &["a%_b"]),
    ];
    for (part, names) in expected {
        assert_eq!(found(&world, Test::Contains(part.to_owned())).await?, names, "{part}");
    }
    Ok(())
}

/// Case, accents, spaces and composition all count.
pub async fn equals_is_exact(store: Arc<dyn Store>) -> Outcome {
    let names = ["Café", "café", "Cafe", "Café ", "Cafe\u{301}", "%", ""];
    let world = named(store, &names).await?;
    for name in names {
        assert_eq!(found(&world, Test::Equals(name.into())).await?, [name]);
    }
    assert!(found(&world, Test::Equals("_".into())).await?.is_empty());
    Ok(())
}
