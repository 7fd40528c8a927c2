//! What an export must be to be taken, and that nothing of it is lost on the way.

#![allow(clippy::expect_used, reason = "what a case expects and does not get fails it")]

use std::sync::Arc;

use tokio::sync::mpsc::channel;

use super::Outcome;
use crate::tables::{Cell, Piece, Table, Tables};

async fn import(tables: &Arc<dyn Tables>, pieces: Vec<Piece>) -> Result<(), String> {
    let (give, take) = channel(pieces.len() + 1);
    for piece in pieces {
        give.send(piece).await.expect("there is room");
    }
    drop(give);
    tables.import(take).await.map_err(|error| error.to_string())
}

async fn export(tables: &Arc<dyn Tables>) -> Vec<Piece> {
    let (give, mut take) = channel(10_000);
    tables.export(give).await.expect("an export");
    let mut pieces = Vec::new();
    while let Some(piece) = take.recv().await {
        pieces.push(piece);
    }
    pieces
}

fn event(action: i64) -> [Piece; 2] {
    let columns = ["action", "business_id", "created_on", "entity", "entity_id", "id"].map(str::to_owned);
    let table = Table { name: "events".to_owned(), columns: columns.into(), last_id: Some(90) };
    let text = Cell::Text("tab\t line\n back\\slash \\N é".to_owned());
    let row = vec![Cell::Int(action), Cell::Null, Cell::Int(1), text, Cell::Int(i64::MIN), Cell::Int(7)];
    [Piece::Table(table), Piece::Rows(vec![row])]
}

/// An export of what was imported is the same, with the last id and every character.
pub async fn what_comes_in_goes_out_again(tables: Arc<dyn Tables>) -> Outcome {
    let pieces = [vec![Piece::Schema(7)], event(3).into(), vec![Piece::End]].concat();
    assert!(tables.is_empty().await?);
    import(&tables, pieces).await.expect("it is taken");
    assert!(!tables.is_empty().await?);
    let out = export(&tables).await;
    assert_eq!((out.first(), out.last()), (Some(&Piece::Schema(7)), Some(&Piece::End)));
    let place = out.iter().position(|piece| *piece == event(3)[0]).expect("the table, with its last id");
    assert_eq!(out[place + 1], event(3)[1]);
    assert_eq!(tables.inspect().await?, Vec::<String>::new());
    Ok(())
}

/// A backup of an earlier version is taken, and brought up later.
pub async fn an_older_schema_is_taken_as_it_is(tables: Arc<dyn Tables>) -> Outcome {
    let pieces = [vec![Piece::Schema(3)], event(3).into(), vec![Piece::End]].concat();
    import(&tables, pieces).await.expect("it is taken");
    assert_eq!(export(&tables).await[0], Piece::Schema(3));
    Ok(())
}

/// What can't be taken whole is not taken at all.
pub async fn what_does_not_fit_leaves_nothing(tables: Arc<dyn Tables>) -> Outcome {
    let stranger = Table { name: "strangers".to_owned(), columns: vec!["id".to_owned()], last_id: None };
    let mut narrow = event(1);
    if let Piece::Table(table) = &mut narrow[0] {
        table.columns.pop();
    }
    for (what, pieces, said) in [
        ("a newer schema", vec![Piece::Schema(9999), Piece::End], "use a newer version"),
        ("no end", [vec![Piece::Schema(7)], event(1).into()].concat(), "ends too early"),
        ("no schema", event(1).into(), "ends too early"),
        ("another table", vec![Piece::Schema(7), Piece::Table(stranger), Piece::End], "strangers"),
        (
            "other columns",
            [vec![Piece::Schema(7)], narrow.into(), vec![Piece::End]].concat(),
            "other columns",
        ),
    ] {
        let refused = import(&tables, pieces).await.expect_err(what);
        assert!(refused.contains(said), "{what}: {refused}");
        assert!(tables.is_empty().await?, "{what}");
    }
    Ok(())
}
