//! The HTTP server: connections with limits, what each request passes, and stopping without breaking anything.

mod connections;
#[cfg(feature = "bench")]
mod echo;
mod edge;
mod forwarded;
mod observe;
mod ops;
pub(crate) mod sealed;
mod slow;
mod tls;

pub(crate) use connections::serve;
pub(crate) use tls::{Pair, Renewing, Securing, start as start_tls};

use axum::Router;
use metrics_exporter_prometheus::PrometheusHandle;
use proofdesk_api::Api;

use crate::config::Config;

/// Everything that answers, with what every request passes around it.
pub(crate) fn app(config: &Config, api: Api, metrics: PrometheusHandle, extra: Router) -> Router {
    let ops = ops::router(api.desk.clone(), metrics, config.http.metrics_allow.clone());
    #[cfg(feature = "bench")]
    let desk = api.desk.clone();
    let all = proofdesk_api::router(api).merge(ops).merge(extra);
    #[cfg(feature = "bench")]
    let all = all.merge(echo::router(desk));
    observe::wrap(edge::wrap(proofdesk_api::finish(all)), config)
}
