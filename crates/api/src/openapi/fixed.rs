//! The schemas that no declaration gives: envelopes, errors, tokens, commands.

use proofdesk_domain::enumeration::ENUMERATIONS;
use proofdesk_domain::lifecycle::COMMANDS;
use proofdesk_domain::slots::Slot;
use serde_json::{Value as Json, json};
use utoipa::openapi::schema::{AnyOfBuilder, ObjectBuilder, SchemaType, Type};

use super::shapes::{
    Shape, array, date_time, integer, null, nullable_string, object, of, one_of, schema, string,
};
use super::{account, input, oauth, receipts};

/// All of them, by name.
pub(super) fn components() -> Vec<(String, Shape)> {
    let all: [(&str, Shape); 11] = [
        ("Envelope", envelope()),
        ("Invalid", invalid()),
        ("Message", message("An error, said in words.")),
        ("NotFound", not_found()),
        ("Failure", failure()),
        ("RoleName", input::role_name()),
        ("EnumerationValues", enumeration_values()),
        ("Commands", commands()),
        ("RunCommand", run_command()),
        ("RunCommandForm", run_command_form()),
        ("Health", health()),
    ];
    all.into_iter()
        .chain(oauth::components())
        .chain(account::components())
        .chain(receipts::components())
        .map(|(name, shape)| (name.to_owned(), shape))
        .collect()
}

/// The outcome of a write (contract section 4).
fn envelope() -> Shape {
    let warning = object()
        .property("Slot", one_of(string(), Slot::ALL.map(Slot::prefix)))
        .required("Slot")
        .property("Code", one_of(string(), ["Small", "Dark", "Overexposed", "Blurred"]))
        .required("Code")
        .property("Message", string())
        .required("Message");
    let warnings = array(warning)
        .min_items(Some(1))
        .description(Some("What is wrong with the pictures; absent for nothing."));
    let value = object().property("Id", integer()).required("Id").property("Warnings", warnings);
    let value = AnyOfBuilder::new()
        .item(value)
        .item(receipts::value())
        .item(null("Where nothing was made or changed by its id."));
    let properties: [(&str, Shape); 11] = [
        ("Status", of([Type::Integer]).enum_values(Some([200, 500])).into()),
        ("Message", string().into()),
        ("Value", value.into()),
        ("OpenInDialog", of([Type::Boolean]).into()),
        ("OpenInWindow", of([Type::Boolean]).into()),
        ("RedirectURL", null("Always null.")),
        ("JavaScript", null("Always null.")),
        ("UpdatedOn", date_time(nullable_string()).into()),
        ("UpdatedBy", nullable_string().into()),
        ("Errors", null("Null where a write has an outcome; errors have the schema Invalid.")),
        ("WasSuccessful", of([Type::Boolean]).into()),
    ];
    let envelope = properties
        .into_iter()
        .fold(object(), |built, (name, shape)| built.property(name, shape).required(name));
    envelope.description(Some("The outcome of a write or a command.")).into()
}

/// What is wrong with an input (contract section 5).
fn invalid() -> Shape {
    let error = object()
        .property("AttemptedValue", of_any("What was sent; null where it is secret, long, or nothing."))
        .required("AttemptedValue")
        .property("Message", string())
        .required("Message")
        .property("PropertyName", string().description(Some("Empty where the body as a whole is wrong.")))
        .required("PropertyName");
    object()
        .property("Message", string().description(Some("The first error.")))
        .required("Message")
        .property("Value", null("Always null."))
        .required("Value")
        .property("Errors", array(error).min_items(Some(1)))
        .required("Errors")
        .property("WasSuccessful", of([Type::Boolean]).enum_values(Some([false])))
        .required("WasSuccessful")
        .description(Some("Everything that is wrong with an input."))
        .into()
}

fn of_any(description: &str) -> Shape {
    object().schema_type(SchemaType::AnyValue).description(Some(description)).into()
}

fn message(description: &str) -> Shape {
    object().property("Message", string()).required("Message").description(Some(description)).into()
}

fn not_found() -> Shape {
    AnyOfBuilder::new()
        .item(string().enum_values(Some(["Not found"])))
        .item(message("No such path."))
        .description(Some(
            "No such record, or one outside the caller's businesses: the two can't be told apart.",
        ))
        .into()
}

fn failure() -> Shape {
    object()
        .property("Message", string())
        .required("Message")
        .property("RequestId", string().description(Some("What the log calls the request.")))
        .required("RequestId")
        .into()
}

fn enumeration_values() -> Shape {
    let value = object()
        .property("Id", integer())
        .required("Id")
        .property("Name", string())
        .required("Name")
        .property("Label", string().description(Some("What a person reads.")))
        .required("Label");
    array(value).into()
}

fn commands() -> Shape {
    let parameter = object()
        .property("Name", string())
        .required("Name")
        .property("Type", string())
        .required("Type")
        .property("Required", of([Type::Boolean]))
        .required("Required");
    let command = object()
        .property("Key", command_key())
        .required("Key")
        .property("Name", string().description(Some("What a person reads.")))
        .required("Name")
        .property("Parameters", array(parameter))
        .required("Parameters");
    array(command).into()
}

fn command_key() -> Shape {
    one_of(string(), COMMANDS.iter().map(|command| command.key)).into()
}

/// A command that needs notes is one shape, a command that needs none another.
fn run_command() -> Shape {
    let value = nullable_string().pattern(Some(input::TEXT)).max_length(Some(10_000));
    let any = object().property("Name", string()).required("Name").property("Value", value);
    let any = array(any).schema_type(SchemaType::Array(vec![Type::Array, Type::Null]));
    let value = string().pattern(Some(input::REQUIRED_TEXT)).max_length(Some(10_000));
    let notes = object()
        .property("Name", one_of(string(), ["Notes"]))
        .required("Name")
        .property("Value", value.description(Some("What the customer is told.")))
        .required("Value");
    let plain = run(false).property("Parameters", any);
    let rejecting = run(true).property("Parameters", array(notes).min_items(Some(1))).required("Parameters");
    AnyOfBuilder::new().item(plain).item(rejecting).into()
}

/// A run of the commands that need notes, or of those that need none.
fn run(needs_notes: bool) -> ObjectBuilder {
    let commands = COMMANDS.iter().filter(|command| command.needs_notes == needs_notes);
    object()
        .property("Key", one_of(string(), commands.map(|command| command.key)))
        .required("Key")
        .property("Ids", command_ids())
        .required("Ids")
}

pub(super) fn command_ids() -> Shape {
    let ids = array(schema("IdInput")).min_items(Some(1)).max_items(Some(1000));
    let ids = AnyOfBuilder::new().item(ids).item(schema("IdInput"));
    ids.description(Some("The records; the command is run on all, or on none.")).into()
}

/// A form has no place for parameters, so a command that needs one can't be run by a form.
fn run_command_form() -> Shape {
    run(false).into()
}

fn health() -> Shape {
    object().property("Status", one_of(string(), ["ok", "unavailable"])).required("Status").into()
}

/// An example of the enumerations that there are.
pub(super) fn enumeration_names() -> Vec<&'static str> {
    ENUMERATIONS.iter().map(|table| table.name).collect()
}

/// The envelope around a success.
pub(super) fn success(message: &str, value: &Json) -> Json {
    json!({
        "Status": 200, "Message": message, "Value": value, "OpenInDialog": false, "OpenInWindow": false,
        "RedirectURL": null, "JavaScript": null, "UpdatedOn": "2025-01-15T10:30:00Z",
        "UpdatedBy": "admin@example.com", "Errors": null, "WasSuccessful": true,
    })
}
