import { ReplyError } from '../../src/domain/command.ts';

type Send = (...words: [string, ...string[]]) => Promise<unknown>;

const LIBRARY =
  "#!lua name=medic\nredis.register_function('hello', function(keys, args) return 'hello ' .. args[1] end)\n";

/** Makes what cannot be made in one command; runs at once, so that it is as many keys as it says. */
const FILL = `
local many = tonumber(ARGV[1])
for i = 1, many do
  redis.call('SET', 'string:' .. i, string.rep('abc' .. i, i % 40))
  redis.call('SET', 'number:' .. i, i * 1000003 - 5000000)
  redis.call('SET', 'binary:' .. i, string.char(0, 13, 10, 255, i % 256) .. string.rep(string.char(i % 256), i % 50))
  if i % 3 == 0 then redis.call('PEXPIREAT', 'string:' .. i, 4102444800000 + i) end
end
for size = 1, 3 do
  local n = ({3, 100, 3000})[size]
  for i = 1, n do
    redis.call('RPUSH', 'list:' .. size, 'element-' .. i, i)
    redis.call('SADD', 'set:' .. size, 'member-' .. i)
    redis.call('SADD', 'intset:' .. size, i * 77777777)
    redis.call('HSET', 'hash:' .. size, 'field-' .. i, 'value-' .. i, i, -i)
    redis.call('ZADD', 'zset:' .. size, i * 0.37, 'member-' .. i, -i, i)
    redis.call('XADD', 'stream:' .. size, (1000 + i) .. '-1', 'temperature', i, 'unit', 'celsius')
  end
end
redis.call('ZADD', 'zset:odd', '-inf', 'low', 'inf', 'high', '3.0000000000000004', 'near')
redis.call('RPUSH', 'list:fat', string.rep('x', 20000), string.rep('yz', 9000), 'small')
redis.call('HSET', 'hash:fat', 'field', string.rep('x', 20000))
redis.call('SETBIT', 'bits', 100000, 1)
redis.call('PFADD', 'hll', 'a', 'b', 'c')
redis.call('GEOADD', 'geo', 13.361389, 38.115556, 'Palermo', 15.087269, 37.502669, 'Catania')
return redis.status_reply('OK')
`;

/** Every type in each of its encodings, with and without an expiry, in several databases, and functions. */
export async function fillWithEveryType(server: { send: Send }, many = 300): Promise<void> {
  const send: Send = (...words) => server.send(...words);
  const sure: Send = async (...words) => {
    const reply = await send(...words);
    if (reply instanceof ReplyError) throw reply;
    return reply;
  };
  await sure('EVAL', FILL, '0', String(many));
  await sure('XGROUP', 'CREATE', 'stream:2', 'readers', '0');
  await sure('XGROUP', 'CREATE', 'stream:2', 'idle', '$');
  await sure('XREADGROUP', 'GROUP', 'readers', 'ann', 'COUNT', '10', 'STREAMS', 'stream:2', '>');
  await sure('XREADGROUP', 'GROUP', 'readers', 'bob', 'COUNT', '5', 'STREAMS', 'stream:2', '>');
  await sure('XACK', 'stream:2', 'readers', '1003-1');
  await sure('XDEL', 'stream:2', '1050-1');
  await sure('PEXPIRE', 'hash:1', '100000000');
  for (const database of ['3', '9']) {
    await sure('EVAL', "redis.call('SELECT', ARGV[1]) redis.call('SET', 'elsewhere', ARGV[1])", '0', database);
  }
  // Each of these not on every version.
  await send('FUNCTION', 'LOAD', 'REPLACE', LIBRARY);
  await send('HEXPIRE', 'hash:2', '100000000', 'FIELDS', '2', 'field-1', 'field-2');
  await send('HEXPIRE', 'hash:3', '100000000', 'FIELDS', '1', 'field-77');
}
