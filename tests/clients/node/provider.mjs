// An issuer of OpenID Connect: oidc-provider with accounts from the environment. It says where it listens, and reads changes
// of its accounts from the standard input, one JSON object a line.

import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { Provider } from "oidc-provider";

const accounts = new Map(Object.entries(JSON.parse(process.env.ACCOUNTS)));

const server = createServer();
await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
const issuer = `http://127.0.0.1:${server.address().port}`;

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: "desk",
      client_secret: process.env.CLIENT_SECRET,
      redirect_uris: ["http://127.0.0.1:1/account/oidc/callback"],
      grant_types: ["authorization_code"],
      response_types: ["code"],
    },
    {
      client_id: "program",
      client_secret: process.env.CLIENT_SECRET,
      redirect_uris: [],
      response_types: [],
      grant_types: ["client_credentials"],
    },
  ],
  claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name", "groups"] },
  features: {
    clientCredentials: { enabled: true },
    introspection: { enabled: true },
    revocation: { enabled: true },
    devInteractions: { enabled: true },
  },
  pkce: { required: () => true },
  cookies: { keys: ["only a test"] },
  scopes: ["openid", "email", "profile"],
  async findAccount(_, sub) {
    const claims = accounts.get(sub);
    return claims && { accountId: sub, claims: async () => ({ sub, ...claims }) };
  },
});

// The desk's port is another one each time: a test desk may be returned to wherever it listens on this machine.
const { redirectUriAllowed } = provider.Client.prototype;
provider.Client.prototype.redirectUriAllowed = function allowed(uri) {
  return /^http:\/\/127\.0\.0\.1:\d+\/account\/oidc\/callback$/.test(uri) || redirectUriAllowed.call(this, uri);
};

createInterface({ input: process.stdin }).on("line", (line) => {
  for (const [sub, claims] of Object.entries(JSON.parse(line))) accounts.set(sub, claims);
  console.log("changed");
});

server.on("request", provider.callback());
console.log(`issuer ${issuer}`);
