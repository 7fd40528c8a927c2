//! `proofdesk user create|passwd|invite|list|disable`: works beside a running server.

use std::io::{BufRead, IsTerminal};

use anyhow::{Context, anyhow};
use clap::{Args, Subcommand};
use proofdesk_desk::Desk;
use proofdesk_desk::accounts::{self, NewUser};
use proofdesk_desk::credentials;
use proofdesk_desk::error::DeskError;
use proofdesk_domain::entities::user;
use secrecy::{ExposeSecret, SecretString};

use super::say;
use crate::assemble::{self, Schema};
use crate::config::Config;

/// Manage users.
#[derive(Debug, Args)]
pub(crate) struct User {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Make a user. The password is read from the standard input, or made up and printed once.
    Create {
        /// The e-mail address to sign in with.
        email: String,
        /// The person's name.
        #[arg(long, value_name = "NAME")]
        name: Option<String>,
        /// Make an unrestricted administrator.
        #[arg(long)]
        admin: bool,
        /// Read the password from the standard input, one line.
        #[arg(long)]
        password_stdin: bool,
    },
    /// Set a user's password, and end all of the user's tokens.
    Passwd {
        /// The e-mail address.
        email: String,
        /// Read the password from the standard input, one line.
        #[arg(long)]
        password_stdin: bool,
    },
    /// Make a link with which a user sets a password, once: an invitation, or a reset.
    Invite {
        /// The e-mail address.
        email: String,
    },
    /// Take away the second factor of a user who has lost it.
    TakeTotp {
        /// The e-mail address.
        email: String,
    },
    /// List all users.
    List,
    /// Take from a user the right to sign in, at once.
    Disable {
        /// The e-mail address.
        email: String,
    },
}

pub(crate) async fn run(config: &Config, user: User) -> anyhow::Result<()> {
    let desk = assemble::desk(config, Schema::Keep).await?;
    let done = match user.verb {
        Verb::Create { email, name, admin, password_stdin } => {
            let password = password(&desk, password_stdin)?;
            let full_name = name.unwrap_or_else(|| email.clone());
            let new = NewUser { email: email.clone(), full_name, admin };
            accounts::create(&desk, &new, &password.value).await.map(|_| password.say(&email, "was made"))
        }
        Verb::Passwd { email, password_stdin } => {
            let password = password(&desk, password_stdin)?;
            let set = accounts::set_password(&desk, &email, &password.value).await;
            set.map(|()| password.say(&email, "has a new password"))
        }
        Verb::Invite { email } => invite(config, &desk, &email).await,
        Verb::TakeTotp { email } => accounts::take_second_factor(&desk, &email)
            .await
            .map(|()| say(format_args!("{email} needs no second factor any more."))),
        Verb::List => list(&desk).await,
        Verb::Disable { email } => accounts::disable(&desk, &email)
            .await
            .map(|()| say(format_args!("{email} can't sign in any more."))),
    };
    done.map_err(explained)
}

async fn invite(config: &Config, desk: &Desk, email: &str) -> Result<(), DeskError> {
    let made = accounts::invite(desk, email).await?;
    let link = credentials::link(&config.issuer(config.listen), &made.token);
    let hours = desk.settings().link_seconds / 3600;
    say(format_args!("{}", link.expose_secret()));
    say(format_args!("It is good once, for {hours} hours, and is not shown again."));
    Ok(())
}

async fn list(desk: &Desk) -> Result<(), DeskError> {
    for record in accounts::list(desk).await? {
        let text = |field| record.text(field).unwrap_or_default();
        let kind = if record.flag(user::IS_ADMIN) { "administrator" } else { "user" };
        let state = if record.flag(user::ACTIVE) { "active" } else { "disabled" };
        say(format_args!(
            "{}\t{}\t{}\t{kind}\t{state}",
            record.id(),
            text(user::EMAIL),
            text(user::FULL_NAME)
        ));
    }
    Ok(())
}

struct Password {
    value: SecretString,
    made_up: bool,
}

impl Password {
    fn say(&self, email: &str, done: &str) {
        if self.made_up {
            say(format_args!("{email} {done}: {} (it is not shown again)", self.value.expose_secret()));
        } else {
            say(format_args!("{email} {done}."));
        }
    }
}

fn password(desk: &Desk, from_input: bool) -> anyhow::Result<Password> {
    if !from_input {
        return Ok(Password { value: accounts::make_up(desk), made_up: true });
    }
    let input = std::io::stdin();
    if input.is_terminal() {
        say("Type the password and press Enter; it will be seen on the screen.");
    }
    let mut line = String::new();
    input.lock().read_line(&mut line).context("the password can't be read")?;
    let value = line.trim_end_matches(['\r', '\n']).to_owned();
    Ok(Password { value: value.into(), made_up: false })
}

/// What went wrong, with every field that is wrong.
pub(crate) fn explained(error: DeskError) -> anyhow::Error {
    match error {
        DeskError::Invalid(errors) => {
            let said: Vec<String> =
                errors.iter().map(|error| format!("{}: {}", error.property, error.message)).collect();
            anyhow!(said.join("; "))
        }
        DeskError::NotFound => anyhow!("there is no user with this e-mail address"),
        other => other.into(),
    }
}
