const HIDDEN = '[hidden]';

const PATTERNS: readonly [RegExp, string][] = [
  // redis://user:password@host: everything between the first colon after // and the last @ before the path.
  [/\b([a-z][a-z0-9+.-]*:\/\/[^\s/:@"']*:)[^\s/"']+@/gi, `$1${HIDDEN}@`],
  [/\bxox[a-z]-[A-Za-z0-9-]+|\bxapp-[A-Za-z0-9-]+/g, HIDDEN],
  [/\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]+/gi, `$1 ${HIDDEN}`],
  // "password":"…" in JSON, also inside a JSON string, where the quotes are escaped.
  [
    /(\\?"(?:[\w-]*(?:passw|secret|token|authorization)[\w-]*)\\?"\s*:\s*\\?")(?:\\\\.|\\[^"]|[^"\\])*/gi,
    `$1${HIDDEN}`,
  ],
  [/\b((?:requirepass|masterauth|primaryauth|tls-key-file-pass)["' ]+)[^\s"',]+/gi, `$1${HIDDEN}`],
  // password: … and token=… in YAML, environment listings and messages.
  [/\b([\w-]*(?:pas+wo?r?d?|passphrase|secret|token)\w*\s*[:=]\s*)(?!\\?["[{])[^\s,;}&]+/gi, `$1${HIDDEN}`],
];

/** Hides what looks like a credential: URL passwords, Slack tokens, bearer tokens, values of password-like keys. */
export function scrub(text: string): string {
  let clean = text;
  for (const [pattern, replacement] of PATTERNS) clean = clean.replace(pattern, replacement);
  return clean;
}

/** A scrub that hides these exact secrets as well, also where they stand JSON-escaped. Short ones would hide ordinary words. */
export function makeScrub(secrets: Iterable<string>): (text: string) => string {
  const known = new Set<string>();
  for (const secret of secrets) {
    if (secret.length < 4) continue;
    known.add(secret);
    known.add(JSON.stringify(secret).slice(1, -1));
    known.add(encodeURIComponent(secret));
  }
  const longestFirst = [...known].sort((one, other) => other.length - one.length);
  return (text) => {
    let clean = text;
    for (const secret of longestFirst) clean = clean.replaceAll(secret, HIDDEN);
    return scrub(clean);
  };
}
