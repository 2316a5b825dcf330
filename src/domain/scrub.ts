const HIDDEN = '[hidden]';

const KEY = String.raw`[\w-]*(?:passw|passphrase|secret|token|authorization)[\w-]*`;

const PATTERNS: readonly [RegExp, string][] = [
  // redis://user:password@host: from the colon to the last @ before a space, a quote or a /.
  [/([a-z][a-z0-9+.-]{0,20}:\/\/[^\s/:@"'\\]{0,200}:)[^\s/"'\\]+@/gi, `$1${HIDDEN}@`],
  [/\bxox[a-z]-[A-Za-z0-9-]+|\bxapp-[A-Za-z0-9-]+/g, HIDDEN],
  [/\b(Bearer|Basic) +[A-Za-z0-9._~+/=-]+/gi, `$1 ${HIDDEN}`],
  // "password":"…" in JSON, and in JSON inside a JSON string, where every quote has its backslash.
  [new RegExp(String.raw`("${KEY}"\s*:\s*")(?:\\.|[^"\\])*`, 'gi'), `$1${HIDDEN}`],
  [new RegExp(String.raw`(\\"${KEY}\\"\s*:\s*\\")(?:\\{2,3}.|[^"\\])*`, 'gi'), `$1${HIDDEN}`],
  // password=… in environment listings, query strings and messages.
  [new RegExp(String.raw`(\b${KEY}=)[^\s,;&"'\\]+`, 'gi'), `$1${HIDDEN}`],
  // CONFIG SET requirepass …, as text or as a list of words.
  [/(\bset\W{1,5}(?:requirepass|masterauth|primaryauth|tls-key-file-pass)\W{1,5})[^\s"',\\]+/gi, `$1${HIDDEN}`],
];

/** Hides what looks like a credential: URL passwords, Slack tokens, bearer tokens, values of password-like keys. */
export function scrub(text: string): string {
  let clean = text;
  for (const [pattern, replacement] of PATTERNS) clean = clean.replace(pattern, replacement);
  return clean;
}

/** A URL that may be shown: without what stands before its last @ and after its first ? or #. */
export function hideCredentials(url: string): string {
  return url.replace(/^([a-z]*:\/\/)?.*@/is, `$1${HIDDEN}@`).replace(/[?#].*$/s, `?${HIDDEN}`);
}

/** A scrub that hides these exact secrets as well, however escaped. Shorter ones than four characters would hide ordinary words. */
export function makeScrub(secrets: Iterable<string>): (text: string) => string {
  const known = new Set<string>();
  for (const secret of secrets) {
    if (secret.length < 4) continue;
    const escaped = JSON.stringify(secret).slice(1, -1);
    for (const form of [secret, escaped, JSON.stringify(escaped).slice(1, -1), encodeURIComponent(secret)])
      known.add(form);
  }
  const longestFirst = [...known].sort((one, other) => other.length - one.length);
  return (text) => {
    let clean = text;
    for (const secret of longestFirst) clean = clean.replaceAll(secret, HIDDEN);
    return scrub(clean);
  };
}
