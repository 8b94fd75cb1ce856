import type { Product } from './counts.ts';

const names: Readonly<Record<Product, string>> = {
  smtx_os_elf: 'SMTX OS (ELF)',
  smtx_os_vmware: 'SMTX OS (vSphere)',
  smtx_zbs: 'SMTX ZBS',
  smtx_elf: 'SMTX ELF',
  others: 'other',
};

/** How people call it. */
export const productName = (product: Product): string => names[product];
