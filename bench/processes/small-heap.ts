// Loaded before the product's modules, as the program does it.
import { keepHeapSmall } from '../../src/heap.ts';

keepHeapSmall();
