//! `proofdesk client create|list|disable|rotate`: works beside a running server.

use clap::{Args, Subcommand};
use proofdesk_desk::Desk;
use proofdesk_desk::clients::{self, Credentials};
use proofdesk_desk::error::DeskError;
use secrecy::ExposeSecret;

use super::say;
use crate::assemble::{self, Schema};
use crate::config::Config;

/// Manage machine clients: programs that sign in for themselves.
#[derive(Debug, Args)]
pub(crate) struct Client {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Make credentials for a program that acts as a user; the secret is printed once.
    Create {
        /// The e-mail address of the user. What that user may do, the program may do.
        email: String,
        /// What people call the program.
        #[arg(long, value_name = "NAME")]
        name: Option<String>,
    },
    /// List all machine clients.
    List,
    /// End a client and its tokens, at once.
    Disable {
        /// Its id.
        client_id: String,
    },
    /// Give a client a new secret, printed once; the old one and its tokens end at once.
    Rotate {
        /// Its id.
        client_id: String,
    },
}

pub(crate) async fn run(config: &Config, client: Client) -> anyhow::Result<()> {
    let desk = assemble::desk(config, Schema::Keep).await?;
    match client.verb {
        Verb::Create { email, name } => {
            let name = name.unwrap_or_else(|| email.clone());
            let made = clients::create(&desk, &email, &name).await;
            made.map(|made| show(&made)).map_err(super::user::explained)
        }
        Verb::List => list(&desk).await.map_err(explained),
        Verb::Disable { client_id } => {
            let done = clients::disable(&desk, &client_id).await;
            done.map(|()| say(format_args!("{client_id} can't sign in any more."))).map_err(explained)
        }
        Verb::Rotate { client_id } => {
            clients::rotate(&desk, &client_id).await.map(|made| show(&made)).map_err(explained)
        }
    }
}

fn show(made: &Credentials) {
    say(format_args!("client_id      {}", made.client_id));
    say(format_args!("client_secret  {}  (it is not shown again)", made.secret.expose_secret()));
}

async fn list(desk: &Desk) -> Result<(), DeskError> {
    for client in clients::list(desk).await? {
        let state = if client.active { "active" } else { "disabled" };
        say(format_args!("{}\t{}\t{}\t{state}", client.client_id, client.email, client.name));
    }
    Ok(())
}

fn explained(error: DeskError) -> anyhow::Error {
    match error {
        DeskError::NotFound => anyhow::anyhow!("there is no client with this id"),
        other => super::user::explained(other),
    }
}
