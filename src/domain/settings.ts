import type { PlannedCommand, Watched } from './action.ts';
import { NotAnswered } from './probe.ts';
import { watch } from './replication-group.ts';
import { atLeast } from './server.ts';
import type { ReadNode } from './snapshot.ts';

/** One parameter of one server: what it is, what it shall be, and the reading that shows it. */
export interface Setting {
  node: ReadNode;
  parameter: string;
  /** As CONFIG SET takes them. */
  from: string;
  to: string;
  /** Probe and field: `memory-config.maxmemory`. */
  reading: string;
  /** What the reading shows before and after, where CONFIG GET prints the value in other words. */
  shown?: { from: string; to: string };
}

/** Parameters of a server that one probe reads, by their own names; what is undefined stays as it is. */
export function settingsOf(
  node: ReadNode,
  probe: string,
  values: object,
  wanted: Readonly<Record<string, string | number | undefined>>,
): Setting[] {
  return Object.entries(wanted).flatMap(([parameter, to]) => {
    if (to === undefined) return [];
    const field = parameter.replaceAll('-', '_');
    const from = (values as Readonly<Record<string, string | number | undefined>>)[field];
    if (from === undefined) throw new NotAnswered(notShown(node, parameter));
    return [{ node, parameter, from: String(from), to: String(to), reading: `${probe}.${field}` }];
  });
}

/** Why a parameter of this server can neither be read nor set. */
export function notShown(node: ReadNode, parameter: string): string {
  return `${node.name} (${node.identity.engine} ${node.identity.version}) does not show ${parameter}: this version has no such setting, or keeps it from our user`;
}

export interface Change {
  commands: PlannedCommand[];
  undo: PlannedCommand[];
  watches: Watched[];
  /** Those that really change. */
  settings: readonly Setting[];
  nodes: readonly ReadNode[];
}

/** The commands that bring servers from what they have to what they shall have; undefined when they have it already. */
export function changeOf(settings: readonly Setting[]): Change | undefined {
  const changed = settings.filter(({ from, to }) => from !== to);
  if (changed.length === 0) return undefined;
  const byNode = [...Map.groupBy(changed, ({ node }) => node)];
  return {
    commands: byNode.flatMap(([node, some]) => configSets(node, some, 'to')),
    undo: byNode.flatMap(([node, some]) => configSets(node, some.toReversed(), 'from')),
    watches: byNode.flatMap(([node, some]) => watch(node, ...new Set(some.map(({ reading }) => reading)))),
    settings: changed,
    nodes: byNode.map(([node]) => node),
  };
}

/** 7.0 and newer take many parameters at once and set all or none; 6.2 takes one. */
function configSets(node: ReadNode, settings: readonly Setting[], side: 'from' | 'to'): PlannedCommand[] {
  const each = settings.map((setting) => ({
    words: [setting.parameter, setting[side]],
    shows: { node: node.name, reading: setting.reading, value: setting.shown?.[side] ?? setting[side] },
  }));
  if (atLeast(node.identity.version, '7.0')) {
    return [
      {
        node: node.name,
        argv: ['CONFIG', 'SET', ...each.flatMap(({ words }) => words)],
        applied: each.map(({ shows }) => shows),
      },
    ];
  }
  return each.map(({ words, shows }) => ({ node: node.name, argv: ['CONFIG', 'SET', ...words], applied: [shows] }));
}

/** `hz 10 -> 20, dynamic-hz no -> yes on 10.0.0.1:6379`, one line a server, servers with the same change together. */
export function describeChange({ settings }: Change): string[] {
  const byNode = Map.groupBy(settings, ({ node }) => node.name);
  const lines = new Map<string, string[]>();
  for (const [name, some] of byNode) {
    const what = some.map(({ parameter, from, to }) => `${parameter} ${quoted(from)} -> ${quoted(to)}`).join(', ');
    lines.set(what, [...(lines.get(what) ?? []), name]);
  }
  return [...lines].map(([what, names]) => `${what} on ${names.join(', ')}.`);
}

function quoted(value: string): string {
  return value === '' || value.includes(' ') ? JSON.stringify(value) : value;
}
