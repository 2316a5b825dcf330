import { type ClusterView, parseClusterNodes, type Seat } from '../../src/domain/cluster.ts';
import type { ServerIdentity } from '../../src/domain/server.ts';
import type { Snapshot } from '../../src/domain/snapshot.ts';
import { parseNodeName } from '../../src/domain/target.ts';
import clusterNodes from '../../src/probes/cluster-nodes.ts';
import { type SceneSketch, saw, scene, type Told } from './scene.ts';

/** How one member stands in the views of the others. */
export interface Looks {
  /** 10.0.0.1:6379 for a, 10.0.0.2:6379 for b …; '' when there is none. */
  at?: string;
  slots?: string;
  /** The letter of its primary; '' when it is one. */
  follows?: string;
  /** Beside its role: `fail`, `fail?,nofailover`. */
  flags?: string;
  epoch?: number;
  /** Epoch ms at which it was last heard. */
  heard?: number;
  linked?: boolean;
}

/** A member of a cluster, by a letter from a to f, of which its id is made. */
export interface Member extends Looks {
  /** It could not be read. */
  dead?: boolean;
  /** What it sees otherwise than the others; false: not at all. A letter that is no member is a node that only it knows. */
  sees?: Readonly<Record<string, Looks | false>>;
  /** What it saw otherwise in the first sample. */
  saw?: Readonly<Record<string, Looks | false>>;
  /** The end of its own line: `[7->-b]`. */
  open?: string;
  readings?: readonly Told[];
  /** The address that it gives as its own leads nowhere from here. */
  announced?: Seat['announced'];
  identity?: Partial<ServerIdentity>;
}

/** The members of clusterScene. */
export const LETTERS = ['a', 'b', 'c', 'd', 'e', 'f'] as const;

export type Members = Readonly<Record<string, Member>>;

const id = (letter: string) => letter.repeat(40);

/** A snapshot of a cluster: three primaries with a replica each, when nothing is said. */
export function clusterScene(changes: Members = {}, more: Partial<SceneSketch> = {}): Snapshot {
  return sceneOf(
    Object.fromEntries(
      Object.entries({ ...HEALTHY, ...changes }).map(([letter, member]) => [letter, { ...HEALTHY[letter], ...member }]),
    ),
    more,
  );
}

const HEALTHY: Members = {
  a: { slots: '0-5460' },
  b: { slots: '5461-10922' },
  c: { slots: '10923-16383' },
  d: { follows: 'a' },
  e: { follows: 'b' },
  f: { follows: 'c' },
};

/** A snapshot of these members and no others. */
export function sceneOf(members: Members, more: Partial<SceneSketch> = {}): Snapshot {
  const letters = Object.keys(members);
  return scene({
    nodes: letters.map((letter) => {
      const member = members[letter] ?? {};
      const name = endpoint(letter, member);
      const seat = seatOf(letter, members);
      if (member.dead)
        return { name, cause: 'unreachable' as const, seat, origin: { reportedBy: 'a peer', as: seat.role } };
      const { follows = '' } = member;
      const role = follows === '' ? ('primary' as const) : ('replica' as const);
      const primary = follows === '' ? {} : { primary: parseNodeName(endpoint(follows, members[follows] ?? {})) };
      const [now, before] = [member.sees, member.saw ?? member.sees].map((sees) => ({
        view: viewOf(letter, members, sees),
      }));
      return {
        name,
        role,
        seat: { ...seat, ...(member.announced && { announced: member.announced }) },
        identity: { mode: 'cluster' as const, ...primary, ...member.identity },
        readings: [saw(clusterNodes, now ?? {}, before), ...(member.readings ?? [])],
      };
    }),
    ...more,
    target: { kind: 'cluster', ...more.target },
  });
}

function viewOf(viewer: string, members: Members, sees: Member['sees'] = {}): ClusterView {
  const letters = [...new Set([...Object.keys(members), ...Object.keys(sees)])];
  const lines = letters.flatMap((letter) => {
    const other = sees[letter];
    if (other === false) return [];
    const { flags = '', ...own } = members[letter] ?? {};
    // Nobody calls itself failed.
    const looks = { ...own, ...(letter !== viewer && flags !== '' && { flags }), ...other };
    return [lineOf(letter, looks, letter === viewer ? members[viewer] : undefined)];
  });
  const view = parseClusterNodes(lines.join('\n'));
  if (!view) throw new Error(`no view: ${lines.join('\n')}`);
  return view;
}

function lineOf(letter: string, looks: Looks, viewer: Member | undefined): string {
  const { slots = '', follows = '', flags = '', epoch = 1, heard = 1_800_000_000_000, linked = true } = looks;
  const marks = [viewer ? 'myself' : '', follows === '' ? 'master' : 'slave', flags].filter(Boolean).join(',');
  const open = (viewer?.open ?? '').replaceAll(/-([a-f])\]/g, (_all, peer: string) => `-${id(peer)}]`);
  const at = endpoint(letter, looks);
  return `${id(letter)} ${at === '' ? ':0' : at}@1 ${marks} ${follows === '' ? '-' : id(follows)} 0 ${heard} ${epoch} ${linked ? 'connected' : 'disconnected'} ${slots} ${open}`.trim();
}

function endpoint(letter: string, { at }: Looks): string {
  return at ?? `10.0.0.${letter.charCodeAt(0) - 96}:6379`;
}

function seatOf(letter: string, members: Members): Seat {
  const { follows = '' } = members[letter] ?? {};
  const shard = follows === '' ? letter : follows;
  const view = viewOf(letter, members);
  const primary = [view.myself, ...view.others].find((peer) => peer.id === id(shard));
  return {
    id: id(letter),
    role: follows === '' ? 'primary' : 'replica',
    shard: id(shard),
    slots: primary?.slots ?? [],
  };
}
