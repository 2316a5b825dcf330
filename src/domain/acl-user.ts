/** A user of the server's access control list, without its password hashes. */
export interface AclUser {
  name: string;
  on: boolean;
  /** Any password is right. */
  nopass: boolean;
  /** Rules about commands in the order in which they apply (`-@all`, `+get`): those of the user and of each selector. */
  commands: readonly (readonly string[])[];
  /** Every key, whatever its name, may be read and written. */
  everyKey: boolean;
  /** No key at all may be touched. */
  noKey: boolean;
}

/** Reads a line of ACL LIST: `user app on #… ~app:* &* -@all +get (%R~shared:* +hgetall)`. */
export function readAclUser(line: string): AclUser {
  const [, name = '', ...words] = line.split(' ');
  const groups: string[][] = [[]];
  for (const word of words) {
    if (word.startsWith('(')) groups.push([]);
    groups.at(-1)?.push(word.replace(/^\(|\)$/g, ''));
    if (word.endsWith(')')) groups.push([]);
  }
  const rules = groups.flat();
  return {
    name,
    on: rules.includes('on'),
    nopass: rules.includes('nopass'),
    commands: groups.map((group) => group.flatMap(commandRule)).filter((group) => group.length > 0),
    everyKey: rules.some((rule) => /^(~\*|%RW~\*|allkeys)$/.test(rule)),
    noKey: !rules.some((rule) => /^(~|%|allkeys$)/.test(rule)),
  };
}

/** A rule about commands in its plain form; everything else, password hashes above all, is left behind. */
function commandRule(rule: string): string[] {
  if (rule === 'allcommands') return ['+@all'];
  if (rule === 'nocommands') return ['-@all'];
  return /^[+-]/.test(rule) ? [rule.toLowerCase()] : [];
}

/** What turns a user of data into one of the server or its host, with the categories that grant it. */
export const POWERS: Readonly<Record<string, readonly string[]>> = {
  'config|set': ['admin', 'dangerous', 'slow'],
  debug: ['admin', 'dangerous', 'slow'],
  'module|load': ['admin', 'dangerous', 'slow'],
  'acl|setuser': ['admin', 'dangerous', 'slow'],
  replicaof: ['admin', 'dangerous', 'slow'],
  shutdown: ['admin', 'dangerous', 'slow'],
  eval: ['scripting', 'slow'],
};

/** The powers that a user has. */
export function powersOf({ commands }: AclUser): string[] {
  return Object.keys(POWERS).filter((power) => commands.some((rules) => grants(rules, power)));
}

/** True for a user who may do everything with every key. */
export function mayDoEverything({ commands, everyKey }: AclUser): boolean {
  return everyKey && commands.some((rules) => rules.length === 1 && rules[0] === '+@all');
}

/** The last rule that speaks of the command decides. */
function grants(rules: readonly string[], power: string): boolean {
  const [container] = power.split('|');
  const categories = ['all', ...(POWERS[power] ?? [])].map((category) => `@${category}`);
  const speaks = rules.findLast((rule) => [power, container, ...categories].includes(rule.slice(1)));
  return speaks?.startsWith('+') ?? false;
}
