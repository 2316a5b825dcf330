import { defineInfoProbe } from '../domain/probe.ts';

/** Seconds of processor time since the server started. The main thread runs the commands; forked children are apart. */
export default defineInfoProbe({
  used_cpu_user: 'number',
  used_cpu_sys: 'number',
  used_cpu_user_main_thread: 'number?',
  used_cpu_sys_main_thread: 'number?',
});
