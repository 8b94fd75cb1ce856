import { readFileSync } from 'node:fs';

/** What a process uses, as the kernel counts it: nothing has to be loaded into the process for that. */
export interface ProcessUsage {
  /** Since the process began. */
  readonly cpuMs: number;
  /** Of its whole life. */
  readonly peakRssMiB: number;
  readonly rssMiB: number;
}

/** Linux tells processor time in hundredths of a second, whatever the kernel's own clock. */
const msPerTick = 10;

/** @throws where there is no /proc, or no such process */
export const processUsage = (pid: number): ProcessUsage => {
  const read = (file: string): string => readFileSync(`/proc/${pid}/${file}`, 'utf8');
  const status = read('status');
  const mib = (key: string): number => Number(new RegExp(`^${key}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) / 1024;
  // The name, in parentheses, may hold anything; user and system time are the 12th and 13th field after it.
  const stat = read('stat');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const cpuMs = (Number(fields[11]) + Number(fields[12])) * msPerTick;
  return { cpuMs, peakRssMiB: mib('VmHWM'), rssMiB: mib('VmRSS') };
};
