import { expect, test } from 'vitest';
import { parseInfo } from '../../src/domain/info.ts';
import { adviceFor, adviceOf, PROVIDER_IDS, providerName, recognize, withholds } from '../../src/domain/provider.ts';

test.each([
  ['master.orders.abc123.use1.cache.amazonaws.com', 'elasticache'],
  ['orders-xyz.serverless.euc1.cache.amazonaws.com', 'elasticache'],
  ['orders.abc.0001.cnn1.cache.amazonaws.com.cn', 'elasticache'],
  ['clustercfg.orders.abc123.memorydb.eu-central-1.amazonaws.com', 'memorydb'],
  ['orders.redis.cache.windows.net', 'azure-cache'],
  ['Orders.Redis.Cache.Windows.Net.', 'azure-cache'],
  ['orders.westeurope.redisenterprise.cache.azure.net', 'azure-managed'],
  ['orders.westeurope.redis.azure.net', 'azure-managed'],
  ['orders-team.a.aivencloud.com', 'aiven'],
  ['db-redis-fra1-12345-do-user-1-0.b.db.ondigitalocean.com', 'digitalocean'],
  ['eu1-merry-cat-12345.upstash.io', 'upstash'],
  ['redis-12345.c1.eu-west-1-3.ec2.cloud.redislabs.com', 'redis-cloud'],
  ['redis-12345.c1.eu-west-1-3.ec2.redns.redis-cloud.com', 'redis-cloud'],
  ['r-bp1abcdef.redis.rds.aliyuncs.com', 'tair'],
  ['abc-p.redis.eu-frankfurt-1.oci.oraclecloud.com', 'oci-cache'],
  ['redis.internal', undefined],
  ['10.0.0.7', undefined],
  ['ec2-3-4-5-6.compute-1.amazonaws.com', undefined],
  ['cache.amazonaws.com.example.org', undefined],
])('%s belongs to %s', (host, id) => {
  expect(recognize(parseInfo('redis_version:7.1.0'), [host])?.id).toBe(id);
});

test.each([
  ['os:Amazon ElastiCache', 'elasticache'],
  ['os:Amazon MemoryDB', 'memorydb'],
  ['upstash_version:1.18.2', 'upstash'],
  ['rlec_version:7.22.2-14', 'redis-software'],
  ['os:Linux 6.1.0 x86_64', undefined],
])('INFO with %s belongs to %s', (line, id) => {
  expect(recognize(parseInfo(`redis_version:7.1.0\r\n${line}`), ['127.0.0.1'])?.id).toBe(id);
});

test('a bare address is known by the endpoint that the target names', () => {
  expect(recognize(parseInfo(''), ['10.0.0.7', 'master.orders.abc.use1.cache.amazonaws.com'])).toEqual({
    id: 'elasticache',
    by: 'the address master.orders.abc.use1.cache.amazonaws.com',
  });
});

test.each([
  ['elasticache', ['CONFIG', 'GET'], true],
  ['elasticache', ['CONFIG', 'SET'], true],
  ['elasticache', ['CLIENT', 'KILL'], false],
  ['elasticache', ['ACL', 'LOG'], false],
  ['elasticache', ['ACL', 'SETUSER'], true],
  ['redis-cloud', ['CONFIG', 'GET'], false],
  ['redis-cloud', ['CONFIG', 'SET'], true],
  ['memorystore', ['BGSAVE'], true],
  ['upstash', ['INFO'], false],
] as const)('%s withholds %j: %s', (id, command, want) => {
  expect(withholds(id, command)).toBe(want);
});

test('advice is in the words of the service', () => {
  expect(adviceFor('elasticache', ['CONFIG', 'SET'])).toBe(
    'Amazon ElastiCache does not offer CONFIG SET: change the parameter in the parameter group of the cluster (modify-cache-parameter-group)',
  );
  expect(adviceFor('memorystore', ['BGSAVE'])).toMatch(/^Google Cloud Memorystore does not offer BGSAVE: export/);
  expect(adviceFor('azure-cache', ['REPLICAOF'])).toMatch(/fail over/);
  expect(adviceFor('aiven', ['ACL', 'LOG'])).toMatch(/users/);
  expect(adviceFor('upstash', ['SLOWLOG', 'GET'])).toMatch(/console/);
});

test.each(PROVIDER_IDS)('%s has a name, a place for everything, and keeps the way to stop a server to itself', (id) => {
  expect(providerName(id)).toMatch(/^[A-Z]/);
  expect(withholds(id, ['SHUTDOWN'])).toBe(true);
  for (const { instead } of adviceOf(id)) expect(instead).toMatch(/^[a-z].{20,}[^.]$/);
});
