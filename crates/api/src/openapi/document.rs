//! The whole document.

use utoipa::openapi::path::{HttpMethod, PathsBuilder};
use utoipa::openapi::security::{
    Flow, HttpAuthScheme, HttpBuilder, OAuth2, Password, Scopes, SecurityScheme,
};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{
    Components, ComponentsBuilder, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, Paths, ServerBuilder,
};

use super::words::TAGS;
use super::{answers, bodies, filters, fixed, input, operations, output, system};
use crate::routes;

const ABOUT: &str = "The desk for identity checks: a customer hands in a face photo and the front and back of a \
document, a reviewer looks, decides and says why.\n\n\
Paths, query keys and the names of properties match whatever their case. Every operation names the role that opens it in \
`x-role`, and in `x-audit` the kind of entry that it leaves in the audit trail for each record that it changes or opens. \
A full unrestricted administrator has every role. A record outside the caller's businesses is answered as one that is not \
there.";

/// The document.
pub(super) fn build() -> OpenApi {
    let license = LicenseBuilder::new().name("MIT OR Apache-2.0").identifier(Some("MIT OR Apache-2.0"));
    let info = InfoBuilder::new()
        .title("Proofdesk")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(ABOUT))
        .license(Some(license.build()));
    let tags = TAGS.map(|(name, said)| TagBuilder::new().name(name).description(Some(said)).build());
    OpenApiBuilder::new()
        .info(info.build())
        .servers(Some([ServerBuilder::new().url("/").description(Some("This desk")).build()]))
        .tags(Some(tags))
        .paths(paths())
        .components(Some(components()))
        .build()
}

fn paths() -> Paths {
    let mut paths: Paths = PathsBuilder::new().build();
    for route in routes::all() {
        paths.add_path_operation(&route.path, vec![operations::method(&route)], operations::of(&route));
    }
    for (path, operation) in system::all() {
        paths.add_path_operation(path, vec![HttpMethod::Get], operation);
    }
    paths
}

fn components() -> Components {
    let schemas = [fixed::components(), input::components(), output::components(), bodies::components()];
    let builder = ComponentsBuilder::new()
        .schema("Me", answers::me_schema())
        .security_scheme(operations::BEARER, bearer())
        .security_scheme(operations::BASIC, basic());
    let builder = schemas.into_iter().flatten().fold(builder, |all, (name, shape)| all.schema(name, shape));
    let builder =
        answers::components().into_iter().fold(builder, |all, (name, answer)| all.response(name, answer));
    let parameters = filters::components().into_iter();
    parameters.fold(builder, |all, named| all.parameter(named.component, named.parameter)).build()
}

fn bearer() -> SecurityScheme {
    let password = Password::with_refresh_url("/api/token", Scopes::new(), "/api/token");
    let said = "A token from `/api/token`, as `Authorization: Bearer …` (RFC 6750).";
    SecurityScheme::OAuth2(OAuth2::with_description([Flow::Password(password)], said))
}

fn basic() -> SecurityScheme {
    let said = "The e-mail address and the password of a user with `APIAccess` (RFC 7617).";
    SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Basic).description(Some(said)).build())
}
