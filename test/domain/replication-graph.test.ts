import { expect, test } from 'vitest';
import { chainAbove, groupName, headOf, ringAbove, sourcesOf } from '../../src/domain/replication-graph.ts';
import { neighbours, type ReadNode, readNodes, replicasOf, type Snapshot } from '../../src/domain/snapshot.ts';
import { server as link } from '../support/links.ts';
import { type ReadSketch, scene, type UnreadSketch } from '../support/scene.ts';

/** A server by its short name, and whom it follows. */
function server(name: string, follows?: string): ReadSketch {
  return link(address(name), follows && address(follows));
}

const dead = (name: string): UnreadSketch => ({ name: address(name), cause: 'unreachable' });

function address(name: string): string {
  return `${name}.internal:6379`;
}

function named(snapshot: Snapshot, name: string): ReadNode {
  const node = readNodes(snapshot).find((one) => one.name === address(name));
  if (!node) throw new Error(`no ${name}`);
  return node;
}

function short(nodes: readonly { name: string }[]): string {
  return nodes.map(({ name }) => name.replace('.internal:6379', '')).join(' ');
}

/** a is the primary of b and e, b of c, c of d. */
const TREE = scene({
  nodes: [server('d', 'c'), server('c', 'b'), server('b', 'a'), server('a'), server('e', 'a'), server('z')],
});
/** b and c follow each other, d follows c. */
const RING = scene({ nodes: [server('d', 'c'), server('c', 'b'), server('b', 'c')] });
/** Only replicas could be read. */
const TOPLESS = scene({ nodes: [server('d', 'b'), server('b', 'a'), server('e', 'a'), dead('a')] });

test('the chain above a replica ends with its primary', () => {
  expect(short(chainAbove(TREE, named(TREE, 'd')))).toBe('c b a');
  expect(short(chainAbove(TREE, named(TREE, 'a')))).toBe('');
  expect(short(replicasOf(TREE, named(TREE, 'a')))).toBe('b e');
  expect(short(neighbours(TREE, address('b')).map((name) => ({ name })))).toBe('c a');
});

test('a chain has one head and is one group, wherever one asks', () => {
  for (const name of ['a', 'b', 'c', 'd', 'e']) {
    expect(short([headOf(TREE, named(TREE, name))])).toBe('a');
    expect(groupName(TREE, named(TREE, name))).toBe(address('a'));
  }
  expect(groupName(TREE, named(TREE, 'z'))).toBe(address('z'));
});

test('replicas that follow each other have no head: the first by name stands for them, and they are one group', () => {
  expect(short(ringAbove(RING, named(RING, 'd')))).toBe('b c');
  expect(short(ringAbove(TREE, named(TREE, 'd')))).toBe('');
  expect(['b', 'c', 'd'].map((name) => short([headOf(RING, named(RING, name))]))).toEqual(['b', 'b', 'b']);
  expect(new Set(['b', 'c', 'd'].map((name) => groupName(RING, named(RING, name)))).size).toBe(1);
});

test('a server that follows itself is a ring of one', () => {
  const alone = scene({ nodes: [server('a', 'a')] });
  expect(short(ringAbove(alone, named(alone, 'a')))).toBe('a');
  expect(groupName(alone, named(alone, 'a'))).toBe(address('a'));
});

test('replicas of a primary that cannot be read are one group all the same', () => {
  for (const name of ['b', 'd', 'e']) expect(groupName(TOPLESS, named(TOPLESS, name))).toBe(address('a'));
  expect(short([headOf(TOPLESS, named(TOPLESS, 'd'))])).toBe('b');
  const unknown = scene({ nodes: [server('b', 'a'), server('c', 'a')] });
  expect(groupName(unknown, named(unknown, 'c'))).toBe(address('a'));
});

test('a replica that follows something else belongs to the one primary of the target', () => {
  const strayed = scene({ nodes: [server('a'), server('b', 'x')] });
  expect(groupName(strayed, named(strayed, 'b'))).toBe(address('a'));
});

test('data comes from all above, up to the primary that cannot be read', () => {
  expect(short(sourcesOf(TREE, address('d')))).toBe('c b a');
  expect(short(sourcesOf(TOPLESS, address('d')))).toBe('b a');
  expect(short(sourcesOf(TOPLESS, address('a')))).toBe('');
});

test('127.0.0.1 is the host of the server that says it', () => {
  const local = { host: '127.0.0.1', port: 6380 };
  const pair = (host: string): ReadSketch[] => [
    { name: `${host}:6380`, readings: [] },
    { name: `${host}:6379`, role: 'replica', readings: [], identity: { primary: local } },
  ];
  const snapshot = scene({ nodes: [...pair('10.0.0.1'), ...pair('10.0.0.2')] });
  const heads = readNodes(snapshot).map((node) => headOf(snapshot, node).name);
  expect(heads).toEqual(['10.0.0.1:6380', '10.0.0.1:6380', '10.0.0.2:6380', '10.0.0.2:6380']);
});
