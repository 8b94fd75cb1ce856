#!/usr/bin/env node
import { main } from './commands/main.ts';

// Nothing may keep the process alive once its command is over.
process.exit(await main(process.argv.slice(2)));
