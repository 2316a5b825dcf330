import { describe, expect, test } from 'vitest';
import { parseClusterNodes, rangesOf, slotCount, slotsText } from '../../src/domain/cluster.ts';

const id = (digit: string) => digit.repeat(40);

/** What one line says of a node, beside the line of the node itself. */
function peer(endpoint: string, flags = 'master', rest = '- 0 1795827707583 2 connected 0-5460') {
  const own = `${id('a')} :7000@17000 myself,master - 0 0 1 connected`;
  return parseClusterNodes(`${own}\n${id('b')} ${endpoint} ${flags} ${rest}\n`)?.others[0];
}

describe('the address that a node announces', () => {
  test.each([
    ['10.0.0.2:6379', { host: '10.0.0.2', port: 6379 }, undefined],
    ['10.0.0.2:6379@16379', { host: '10.0.0.2', port: 6379 }, undefined],
    ['10.0.0.2:6379@16379,b.example', { host: '10.0.0.2', port: 6379 }, 'b.example'],
    ['10.0.0.2:6379@16379,,shard-id=1234', { host: '10.0.0.2', port: 6379 }, undefined],
    ['10.0.0.2:6379@16379,b.example,tls-port=6390,shard-id=1234', { host: '10.0.0.2', port: 6379 }, 'b.example'],
    ['fe80::2:6379@16379', { host: 'fe80::2', port: 6379 }, undefined],
    [':6379@16379', undefined, undefined],
    ['?:6379@16379,b.example', undefined, 'b.example'],
    [':0@0', undefined, undefined],
  ])('%s', (endpoint, address, hostname) => {
    expect(peer(endpoint)?.address).toEqual(address);
    expect(peer(endpoint)?.hostname).toBe(hostname);
  });

  test('is none where the cluster has lost it, whatever stands there', () => {
    expect(peer('10.0.0.2:6379@16379', 'master,fail,noaddr')?.address).toBeUndefined();
  });
});

test('a replica names its primary; a node in handshake is no member yet', () => {
  expect(peer('h:1@2', 'slave', `${id('c')} 0 0 2 disconnected`)).toMatchObject({
    role: 'replica',
    primaryId: id('c'),
    linked: false,
    heardAt: 0,
    slots: [],
  });
  expect(peer('h:1@2', 'handshake', '- 0 0 0 connected')?.flags.has('handshake')).toBe(true);
});

test('what is no reply of CLUSTER NODES is none, and none is guessed from half of one', () => {
  const own = `${id('a')} :7000@17000 myself,master - 0 0 1 connected`;
  expect(parseClusterNodes(own)).toBeDefined();
  expect(parseClusterNodes('')).toBeUndefined();
  expect(parseClusterNodes('cluster_state:ok')).toBeUndefined();
  expect(parseClusterNodes(`${own}\n${id('b')} 10.0.0.2:63`)).toBeUndefined();
  expect(parseClusterNodes(own.replace('myself,', ''))).toBeUndefined();
});

test('slots are ranges for people', () => {
  expect(rangesOf([1, 2, 3, 7, 9, 10])).toEqual([
    { from: 1, to: 3 },
    { from: 7, to: 7 },
    { from: 9, to: 10 },
  ]);
  expect(slotCount(rangesOf([1, 2, 3, 7]))).toBe(4);
  expect(slotsText(rangesOf([1, 2, 3, 7]))).toBe('1-3, 7');
  expect(slotsText(rangesOf([1, 3, 5, 7, 9]))).toBe('1, 3, 5, 7 and 1 more range');
  expect(slotsText([])).toBe('none');
});
