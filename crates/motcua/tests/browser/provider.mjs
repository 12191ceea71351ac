// A real provider of identity (npm oidc-provider, certified) for one journey: whoever signs in bears this number.
// TEST_OIDC is the folder in which it is installed.
import { pathToFileURL } from "node:url";
const [issuer, back, number] = process.argv.slice(2);
const home = pathToFileURL(`${process.env.TEST_OIDC}/node_modules/oidc-provider/lib/index.js`);
const { default: Provider } = await import(home.href);
const provider = new Provider(issuer, {
  clients: [{
    client_id: "motcua",
    client_secret: "mot-bi-mat-rat-dai-cho-phep-thu",
    redirect_uris: [back],
    grant_types: ["authorization_code"],
    response_types: ["code"],
  }],
  claims: { openid: ["sub"], profile: ["name", "birthdate"], phone: ["phone_number"], cccd: ["so_cccd"] },
  pkce: { required: () => true },
  findAccount: (_, id) => ({
    accountId: id,
    claims: () => ({
      sub: id, name: "Nguyễn Thị Định Danh", birthdate: "1990-01-31", phone_number: "+84912345670", so_cccd: number,
    }),
  }),
});
provider.listen(Number(new URL(issuer).port), "127.0.0.1");
