import { describe, expect, test } from 'vitest';
import { Parameter } from '../../src/domain/parameter.ts';
import { readNodes } from '../../src/domain/snapshot.ts';
import { readGiven, resolveParameters } from '../../src/flow/parameters.ts';
import { valueCompiler } from '../../src/io/cel.ts';
import { loadParameter } from '../../src/io/parameter-bounds.ts';
import { loadShelves } from '../../src/io/shelves.ts';
import { GIB, group, PRIMARY, primary, REPLICA, replica } from '../support/planning.ts';

const compile = valueCompiler((await loadShelves()).probes);
const snapshot = group([primary({ memory: { used_memory: 2 * GIB, maxmemory: 0 } }), replica()]);
const [node] = readNodes(snapshot);

function parameter(spec: Partial<Parameter>, name = 'it') {
  const mistakes: string[] = [];
  const parsed = Parameter.parse({ type: 'size', label: 'It', ...spec });
  const loaded = loadParameter(name, parsed, compile, (_path, text) => mistakes.push(text));
  expect(mistakes).toEqual([]);
  return loaded;
}

function resolved(spec: Partial<Parameter>, given?: string | number) {
  if (!node) throw new Error('no node');
  const values = given === undefined ? {} : { it: given };
  const answer = resolveParameters([parameter(spec)], snapshot, node, values);
  return answer.kind === 'values' ? (answer.values.it ?? 'left open') : answer.wrong[0]?.because;
}

const SIZE = { default: 'memory.used_memory * 1.5', min: '1gb', max: 'memory.used_memory * 2' };

describe('the value of a parameter', () => {
  test.each([
    ['the default is computed', SIZE, undefined, 3 * GIB],
    ['a size in whole MiB', { default: 'memory.used_memory / 7.0' }, undefined, 293 * 1024 ** 2],
    ['what is given comes first', SIZE, 4 * GIB, 4 * GIB],
    ['a default beyond a bound is held at it', { ...SIZE, default: 'memory.used_memory * 9' }, undefined, 4 * GIB],
    ['more than the most', SIZE, 4 * GIB + 1, '4 GiB is not between 1 GiB and 4 GiB'],
    ['less than the least', { min: '1gb' }, 1, '1 B is not at least 1 GiB'],
    ['beyond one bound', { max: '1gb' }, 2 * GIB, '2 GiB is not at most 1 GiB'],
    ['no default', {}, undefined, 'left open'],
    ['a reading that is not there', { default: 'memory.mem_cluster_links * 2' }, undefined, 'it cannot be computed: '],
    ['no choice', { type: 'choice', values: ['lru', 'lfu'] }, 'lr', '"lr" is none of lru, lfu; did you mean lru?'],
    ['a server of the target', { type: 'node' }, REPLICA, REPLICA],
    ['a server that is none', { type: 'node' }, '1.2.3.4:1', `"1.2.3.4:1" is none of ${PRIMARY}, ${REPLICA}`],
    ['a text that does not fit', { type: 'text', pattern: '[a-z]+' }, 'A', 'it must look like [a-z]+'],
    ['a text by its readings', { type: 'text', default: '= replication.role' }, undefined, 'master'],
  ] as const)('%s', (_what, spec, given, want) => {
    expect(String(resolved(spec as Partial<Parameter>, given))).toContain(String(want));
  });

  test('what the action needs and nobody says is asked for', () => {
    if (!node) throw new Error('no node');
    const answer = resolveParameters([{ ...parameter({}), required: true }], snapshot, node, {});
    expect(answer).toEqual({
      kind: 'wrong',
      wrong: [{ name: 'it', because: 'it has no default: It?', missing: true }],
    });
  });
});

test('what people type is read by the type of its parameter; an unknown name gets what was meant', () => {
  const known = [parameter({}, 'bytes'), parameter({ type: 'duration' }, 'window')];
  expect(readGiven(known, { bytes: '4gb', window: '' })).toEqual({ values: { bytes: 4 * GIB }, wrong: [] });
  expect(readGiven(known, { byte: '4gb', window: '5' }).wrong).toEqual([
    { name: 'byte', because: 'there is no such parameter; did you mean bytes?' },
    { name: 'window', because: 'expected a duration such as 500ms, 30s, 10m or 1h' },
  ]);
});
