export { hostMemory as default } from '../domain/host-memory.ts';
