// openid-client as a program that signs in for itself, asks what its token stands for, and ends it. It says in JSON what it saw.

import * as client from "openid-client";

const [issuer, id, secret] = process.argv.slice(2);
const seen = [];
for (const method of ["ClientSecretBasic", "ClientSecretPost"]) {
  const options = { algorithm: "oauth2", execute: [client.allowInsecureRequests] };
  const config = await client.discovery(new URL(issuer), id, undefined, client[method](secret), options);
  const tokens = await client.clientCredentialsGrant(config, { scope: "CoworkerIdentityCheck-List" });
  const live = await client.tokenIntrospection(config, tokens.access_token);
  await client.tokenRevocation(config, tokens.access_token);
  const ended = await client.tokenIntrospection(config, tokens.access_token);
  let refused = "";
  try {
    await client.clientCredentialsGrant(config, { scope: "no-such-role" });
  } catch (error) {
    refused = error.error;
  }
  seen.push({ method, type: tokens.token_type, scope: live.scope, live: live.active, ended: ended.active, refused });
}
console.log(JSON.stringify(seen));
