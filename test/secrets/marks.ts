import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Secrets of every kind, each with a mark of its own; awkward characters, so that every way of escaping shows. */
export const marks = {
  password: 'MARKpassword"ä\\/+=1',
  apiKey: 'MARKapikey-2',
  token: 'MARKtowertoken-3',
  hookPath: 'MARKhookpath-4',
  hookQuery: 'MARKhookquery-5',
  basic: 'MARKbasic:"ü+6',
  bearer: 'MARKbearer-7',
  clientSecret: 'MARKclientsecret-8',
  oauthToken: 'MARKoauthtoken-9',
  hmac: 'MARKhmac-10',
  header: 'MARKheader-11',
  proxy: 'MARKproxy-12',
  web: 'MARKweb-13',
} as const;

/** The users that stand before a password in Basic credentials. */
export const users = { basic: 'robot', proxy: 'proxyuser', web: 'scraper' } as const;

/** Every form in which a secret could come out. */
const spellings: ReadonlyMap<string, string> = new Map(
  [
    ...Object.entries(marks),
    ['basic', `${users.basic}:${marks.basic}`] as const,
    ['proxy', `${users.proxy}:${marks.proxy}`] as const,
    ['web', `${users.web}:${marks.web}`] as const,
  ].flatMap(([name, value]) =>
    [
      value,
      JSON.stringify(value).slice(1, -1),
      JSON.stringify(JSON.stringify(value)).slice(3, -3),
      encodeURIComponent(value),
      new URLSearchParams({ x: value }).toString().slice(2),
      Buffer.from(value).toString('base64'),
      Buffer.from(value).toString('base64url'),
      Buffer.from(value).toString('hex'),
    ].map((spelling) => [spelling, name] as const),
  ),
);

/** Which secrets a text gives away, with what stands around them. */
export const leaksIn = (place: string, text: string): string[] =>
  [...spellings].flatMap(([spelling, name]) => {
    const at = text.indexOf(spelling);
    return at === -1
      ? []
      : [`${place} shows ${name}: …${text.slice(Math.max(0, at - 80), at + spelling.length + 20)}…`];
  });

/** The same for every file of a folder and its folders. */
export const leaksInFiles = (folder: string): string[] => {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name));
  return paths.flatMap((path) => (statSync(path).isFile() ? leaksIn(path, readFileSync(path).toString('utf8')) : []));
};
