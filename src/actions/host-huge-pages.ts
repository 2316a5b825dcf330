import { z } from 'zod';
import { defineAction, type PlannedCommand } from '../domain/action.ts';
import { alsoOnHost, kernelOutOfReach } from '../domain/host-access.ts';
import { forget, keep, setHugePages } from '../domain/host-command.ts';
import { HUGE_PAGES, HUGE_PAGES_KEPT, HUGE_PAGES_KEPT_TOOL, type HugePages } from '../domain/kernel-settings.ts';
import { watch } from '../domain/replication-group.ts';
import { bytes } from '../domain/units.ts';
import hugePages from '../probes/host-huge-pages.ts';
import kept from '../probes/host-kept-settings.ts';
import hostProcess from '../probes/host-process.ts';
import replication from '../probes/replication.ts';
import server from '../probes/server.ts';

const NOW = 'host-huge-pages.enabled';
const KEPT = 'host-kept-settings.huge_pages';

/** Gives transparent huge pages only to programs that ask for them. */
export default defineAction({
  args: z.strictObject({}),
  needs: [hugePages, kept, hostProcess, replication, server],
  sends: [],
  risks: ['host'],
  plan(args, scene) {
    const { snapshot, node } = scene;
    const { set_up: setUp, huge_pages: keptNow } = scene.read(kept);
    const { container } = scene.read(hostProcess);
    const beyond = kernelOutOfReach(snapshot, node, { container, setUp });
    if (beyond) return { refused: beyond };
    const { enabled, inHugePages } = scene.read(hugePages);
    const old = HUGE_PAGES.find((mode) => mode === enabled);
    if (old === undefined) return { refused: 'the kernel of that machine has no transparent huge pages' };
    if (old !== 'always') return { refused: `transparent_hugepage/enabled is ${old} already` };
    if (keptNow !== 'none' && keptNow !== 'madvise') {
      return { refused: `${HUGE_PAGES_KEPT} on that machine holds what redis-medic did not write: look at it first` };
    }
    const isNew = keptNow === 'none';
    const undo = [set(node.name, old), ...(isNew ? [keepOn(node.name, false)] : [])];
    return {
      args,
      commands: [...(isNew ? [keepOn(node.name, true)] : []), set(node.name, 'madvise')],
      undo,
      otherwise: undo,
      impact: [
        `transparent_hugepage/enabled goes from ${old} to madvise at once: no new huge pages for programs that do not ask for them.`,
        inHugePages === undefined || inHugePages === 0
          ? 'The server gets no huge pages from then on.'
          : `The ${bytes(inHugePages)} of the server that lie in huge pages stay there until it is restarted.`,
        alsoOnHost(snapshot, node),
        'It is kept for the next start of the machine with systemd-tmpfiles; tuned, or transparent_hugepage= on the command line of the kernel, may set it otherwise.',
      ],
      risk: 'host',
      watches: watch(node, NOW, KEPT),
    };
  },
});

function set(node: string, mode: HugePages): PlannedCommand {
  return { node, via: 'host', argv: setHugePages(mode), applied: [{ node, reading: NOW, value: mode }] };
}

function keepOn(node: string, on: boolean): PlannedCommand {
  return {
    node,
    via: 'host',
    argv: on ? keep(HUGE_PAGES_KEPT_TOOL, HUGE_PAGES_KEPT) : forget(HUGE_PAGES_KEPT),
    applied: [{ node, reading: KEPT, value: on ? 'madvise' : 'none' }],
  };
}
