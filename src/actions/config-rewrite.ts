import { z } from 'zod';
import { defineAction } from '../domain/action.ts';
import { driftOf } from '../domain/config-drift.ts';
import { printable } from '../domain/printable.ts';
import { groupOf, leftAlone, unsteadyOf, watch } from '../domain/replication-group.ts';
import { type ReadNode, readingIfAny } from '../domain/snapshot.ts';
import configFile from '../probes/host-config-file.ts';
import networkConfig from '../probes/network-config.ts';
import replication from '../probes/replication.ts';
import running from '../probes/running-config.ts';
import server from '../probes/server.ts';

/** More differences than this are a list nobody reads. */
const SHOWN = 8;

/** Writes what the servers run with into their configuration files, so that a restart does not undo it. */
export default defineAction({
  args: z.strictObject({
    /** The servers of the group; all that have a file when absent. */
    nodes: z.array(z.string()).min(1).optional(),
  }),
  // That CONFIG answers at all shows that it was neither renamed nor taken away.
  needs: [networkConfig, replication, server],
  sends: [['CONFIG', 'REWRITE']],
  risks: ['disruptive'],
  plan(args, scene) {
    const group = groupOf(scene.snapshot, scene.node);
    const odd = unsteadyOf(group);
    if (odd) return { refused: odd };
    const hasFile = (node: ReadNode) => Boolean(scene.read(server, node).config_file);
    const members = args.nodes ? group.filter(({ name }) => args.nodes?.includes(name)) : group.filter(hasFile);
    for (const node of members) scene.read(networkConfig, node);
    const bare = members.find((node) => !hasFile(node));
    if (members.length === 0 || bare) {
      return {
        refused: `${(bare ?? scene.node).name} was started without a configuration file, so CONFIG REWRITE has nothing to write: put the values into its command line, container or unit`,
      };
    }
    const without = group.filter((node) => !members.includes(node));
    const seen = members.map((node) => ({ node, lines: differences(node) }));
    return {
      args: { nodes: members.map(({ name }) => name) },
      commands: members.map(({ name }) => ({ node: name, argv: ['CONFIG', 'REWRITE'], applied: [] })),
      undo: 'The old text of the file is not kept: take it from its backup, or from the tool that makes it.',
      impact: [
        ...seen.flatMap(({ node, lines }) => describe(node, scene.read(server, node).config_file ?? '', lines)),
        'Everything that differs is written, not only the last change. Comments and the order of lines stay; with no ACL file, users are written there too.',
        'Where a tool makes the file (Ansible, Helm, a config map), change it there as well: its next run brings the old values back. A file that the server may not write answers with an error, and stays as it is.',
        ...without.map(({ name }) => `${name} has no configuration file and keeps its settings until it restarts.`),
        ...leftAlone(scene.snapshot, group, 'file'),
      ],
      risk: 'disruptive',
      watches: members.flatMap((node) => watch(node, 'server.config_file')),
    };
  },
});

/** What the running server has and its file has not; undefined where the file was not read. */
function differences(node: ReadNode): string[] | undefined {
  const file = readingIfAny(node, configFile)?.now;
  const now = readingIfAny(node, running)?.now;
  if (!file || !now) return undefined;
  return driftOf(now, file.values).map(({ parameter, running: value, file: written, unnamed }) => {
    const [is, was] = [value, written].map((text) => printable(text, 60) || '""');
    return `${parameter} ${unnamed ? 'is not there' : was} -> ${is}`;
  });
}

function describe(node: ReadNode, file: string, lines: readonly string[] | undefined): string[] {
  const path = printable(file, 120);
  if (lines === undefined) {
    return [
      `${path} of ${node.name} is written anew; what it says now cannot be seen from here, only that it may differ.`,
    ];
  }
  if (lines.length === 0) return [`${path} of ${node.name} is written anew; of what is compared nothing differs.`];
  const more = lines.length > SHOWN ? ` and ${lines.length - SHOWN} more` : '';
  return [`${path} of ${node.name}: ${lines.slice(0, SHOWN).join(', ')}${more}.`];
}
