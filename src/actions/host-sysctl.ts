import { z } from 'zod';
import { defineAction, type PlannedCommand, type Scene } from '../domain/action.ts';
import { alsoOnHost, kernelOutOfReach } from '../domain/host-access.ts';
import { hostCommand } from '../domain/host-blanks.ts';
import { forget, keep, setSetting } from '../domain/host-command.ts';
import {
  KERNEL_SETTING_NAMES,
  KERNEL_SETTINGS,
  type KernelSettingName,
  keptIn,
  toolFor,
} from '../domain/kernel-settings.ts';
import { watch } from '../domain/replication-group.ts';
import kept from '../probes/host-kept-settings.ts';
import kernel from '../probes/host-kernel.ts';
import hostProcess from '../probes/host-process.ts';
import config from '../probes/process-config.ts';
import replication from '../probes/replication.ts';
import server from '../probes/server.ts';

/** From this on the kernel swaps rather than dropping what it has cached. */
const SWAPPY = 10;

interface Change {
  name: KernelSettingName;
  from: number;
  to: number;
  /** What is kept over a restart now: a number as text, or `none`. */
  keptNow: string;
}

const Values = z.partialRecord(z.enum(KERNEL_SETTING_NAMES), z.number().int());

/** Sets what a server needs of the kernel of its machine, now and for every start of the machine. */
export default defineAction({
  /** `settings`: those that may be changed; `values`: what they are set to, as planned. */
  args: z.strictObject({
    settings: z.array(z.enum(KERNEL_SETTING_NAMES)).min(1).optional(),
    values: Values.optional(),
  }),
  needs: [kernel, kept, hostProcess, config, replication, server],
  sends: [],
  risks: ['host'],
  plan({ settings = KERNEL_SETTING_NAMES, values }, scene) {
    const { snapshot, node } = scene;
    const standing = { container: scene.read(hostProcess).container, setUp: scene.read(kept).set_up };
    const beyond = kernelOutOfReach(snapshot, node, standing);
    if (beyond) return { refused: beyond };
    const wanted = values ?? wantedBy(scene, settings);
    const changes: Change[] = [];
    for (const name of KERNEL_SETTING_NAMES) {
      const to = wanted[name];
      const change = to === undefined ? undefined : changeOf(scene, name, to);
      if (change && 'refused' in change) return change;
      if (change) changes.push(change);
    }
    if (changes.length === 0) return { refused: `the kernel of ${node.name} is set as the server needs it already` };
    const undo = changes.toReversed().flatMap((change) => backwards(node.name, change));
    return {
      args: { settings: [...settings], values: Object.fromEntries(changes.map(({ name, to }) => [name, to])) },
      commands: changes.flatMap((change) => forwards(node.name, change)),
      undo,
      otherwise: undo,
      impact: [...changes.map(told), alsoOnHost(snapshot, node), ...(changes.some(isQueue) ? [QUEUE_KEPT] : []), WINS],
      risk: 'host',
      watches: watch(
        node,
        ...changes.flatMap(({ name }) => [reading('host-kernel', name), reading('host-kept-settings', name)]),
      ),
    };
  },
});

const QUEUE_KEPT = 'A listening socket keeps its queue: the server gets a longer one when it is restarted.';
const WINS =
  'It is kept in a file of its own in /etc/sysctl.d, which counts after all others there but not after /etc/sysctl.conf.';

function wantedBy(scene: Scene, settings: readonly KernelSettingName[]): z.infer<typeof Values> {
  const now = scene.read(kernel);
  const backlog = scene.read(config).tcp_backlog ?? 0;
  const longer = (name: KernelSettingName, value: number | undefined) =>
    value !== undefined && value < backlog ? KERNEL_SETTINGS[name].kept.find((one) => one >= backlog) : undefined;
  const all: Record<KernelSettingName, number | undefined> = {
    'vm.overcommit_memory': now.overcommit_memory === 1 ? undefined : 1,
    'vm.swappiness': (now.swappiness ?? 0) > SWAPPY ? 1 : undefined,
    'net.core.somaxconn': longer('net.core.somaxconn', now.somaxconn),
    'net.ipv4.tcp_max_syn_backlog': longer('net.ipv4.tcp_max_syn_backlog', now.tcp_max_syn_backlog),
  };
  return Object.fromEntries(settings.flatMap((name) => (all[name] === undefined ? [] : [[name, all[name]]])));
}

function changeOf(scene: Scene, name: KernelSettingName, to: number): Change | { refused: string } | undefined {
  const { field, kept: choices } = KERNEL_SETTINGS[name];
  const from = scene.read(kernel)[field];
  const { [field]: keptNow = 'unreadable' } = scene.read(kept);
  if (from === undefined) return { refused: `the machine does not tell ${name}` };
  if (!choices.some((one) => one === to)) return { refused: `${name} can be set to ${choices.join(', ')} from here` };
  if (from === to) return undefined;
  if (keptNow !== 'none' && !choices.some((one) => String(one) === keptNow)) {
    return {
      refused: `${keptIn(name)} on that machine ${keptNow === 'unreadable' ? 'cannot be read' : 'holds what redis-medic did not write'}: look at it first`,
    };
  }
  return { name, from, to, keptNow };
}

function reading(probe: string, name: KernelSettingName): string {
  return `${probe}.${KERNEL_SETTINGS[name].field}`;
}

function setNow(node: string, name: KernelSettingName, value: number): PlannedCommand {
  return {
    node,
    via: 'host',
    argv: hostCommand(setSetting, { setting: `${name}=${value}` }),
    applied: [{ node, reading: reading('host-kernel', name), value: String(value) }],
  };
}

function setForGood(node: string, name: KernelSettingName, value: string): PlannedCommand {
  const place = keptIn(name);
  return {
    node,
    via: 'host',
    argv: value === 'none' ? forget(place) : keep(toolFor(name, Number(value)), place),
    applied: [{ node, reading: reading('host-kept-settings', name), value }],
  };
}

/** First for good: where that fails nothing has changed yet. */
function forwards(node: string, { name, to, keptNow }: Change): PlannedCommand[] {
  const value = String(to);
  return [...(keptNow === value ? [] : [setForGood(node, name, value)]), setNow(node, name, to)];
}

function backwards(node: string, { name, from, to, keptNow }: Change): PlannedCommand[] {
  return [setNow(node, name, from), ...(keptNow === String(to) ? [] : [setForGood(node, name, keptNow)])];
}

function isQueue({ name }: Change): boolean {
  return name.startsWith('net.');
}

function told({ name, from, to }: Change): string {
  const set = `${name} goes from ${from} to ${to} at once, without a restart`;
  switch (name) {
    case 'vm.overcommit_memory':
      return `${set}: the kernel no longer refuses memory that is promised twice, so that the server can fork. ${from === 2 ? 'Somebody had forbidden that on purpose: where memory really runs out, a process is killed instead of being refused memory.' : 'Where memory really runs out, a process is killed.'}`;
    case 'vm.swappiness':
      return `${set}: the kernel drops cached files before it swaps. What is swapped out now comes back only when it is used.`;
    case 'net.core.somaxconn':
    case 'net.ipv4.tcp_max_syn_backlog':
      return `${set}: up to ${to} connections may wait to be accepted.`;
  }
}
