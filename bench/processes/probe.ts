// Loaded into the real program before it starts: tells the benchmark what the process uses.
import { z } from 'zod';
import { Meter } from './meter.ts';
import { answer } from './worker.ts';

const meter = new Meter({ delays: false });
answer(z.literal('usage'), async () => {
  const usage = meter.read();
  meter.reset();
  return usage;
});
process.channel?.unref();
