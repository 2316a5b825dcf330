import { SLOTS } from '../cluster.ts';

const [OPEN, CLOSE] = ['{'.charCodeAt(0), '}'.charCodeAt(0)];

/** CRC16 (XMODEM): what one byte does. */
const TABLE = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 8;
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 0x8000 ? ((crc << 1) ^ 0x1021) & 0xffff : (crc << 1) & 0xffff;
  return crc;
});

/** The hash slot of a key: the CRC16 of its name, or of what stands between the first { and the next } in it. */
export function keySlot(key: string): number {
  return slotOfBytes(new TextEncoder().encode(key));
}

/** The same of a name as a server knows it. */
export function slotOfBytes(name: Uint8Array): number {
  const open = name.indexOf(OPEN);
  const close = open < 0 ? -1 : name.indexOf(CLOSE, open + 1);
  const [from, to] = close > open + 1 ? [open + 1, close] : [0, name.length];
  let crc = 0;
  for (let at = from; at < to; at += 1) {
    crc = ((crc << 8) & 0xffff) ^ (TABLE[(crc >> 8) ^ (name[at] as number)] as number);
  }
  return crc % SLOTS;
}
