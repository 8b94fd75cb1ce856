import type { Builder } from './builder.ts';

/** What kind of cluster an ordinal is. */
export interface Profile {
  readonly name: string;
  readonly type: string;
  readonly hypervisor: string | null;
  readonly version: string;
  readonly architecture: 'X86_64' | 'AARCH64';
  readonly connectState: string;
  /** Two zones and a witness. */
  readonly stretched: boolean;
  /** Runs VMs that CloudTower sees. */
  readonly compute: boolean;
  /** `none`: storage belongs to another cluster; `huge`: more than 8 PiB; `zero`: the figures are there and 0. */
  readonly storage: 'normal' | 'none' | 'huge' | 'zero';
  /** null: the cluster does not say. */
  readonly boost: boolean | null;
  readonly rdma: boolean | null;
  readonly pmem: boolean | null;
}

const plain: Profile = {
  name: '',
  type: 'SMTX_OS',
  hypervisor: 'ELF',
  version: '6.2.0',
  architecture: 'X86_64',
  connectState: 'CONNECTED',
  stretched: false,
  compute: true,
  storage: 'normal',
  boost: false,
  rdma: false,
  pmem: false,
};

/** The first clusters of every estate; what a small demo shows comes first, the odd ones later. */
const catalogue: readonly Profile[] = [
  { ...plain, name: '上海-生产', boost: true, rdma: true },
  { ...plain, name: 'beijing-edge', version: '5.1.5', boost: null, rdma: null, pmem: null },
  { ...plain, name: 'vSphere "DR"', hypervisor: 'VMWARE', version: '5.0.7' },
  {
    ...plain,
    name: 'zbs-block\\store',
    type: 'SMTX_ZBS',
    hypervisor: null,
    version: '5.6.4',
    compute: false,
    rdma: true,
    pmem: true,
  },
  { ...plain, name: 'metro 双活 🏙', version: '6.1.1', stretched: true, boost: true },
  { ...plain, name: 'elf-compute-01', type: 'SMTX_ELF', storage: 'none' },
  { ...plain, name: 'xen-legacy\nrack 7', hypervisor: 'XENSERVER', version: '4.0.14', boost: true, rdma: true },
  { ...plain, name: 'blueshark', type: 'BLUESHARK', hypervisor: 'BLUESHARK', version: '1.2.0', compute: false },
  { ...plain, name: 'site-离线', version: '5.0.3', connectState: 'DISCONNECTED' },
  { ...plain, name: 'new cluster', version: '', connectState: 'INITIALIZING', compute: false },
  { ...plain, name: 'retired', version: '3.5.12', connectState: 'REMOVING' },
  { ...plain, name: 'half-way', version: '6.3.0', connectState: 'CONNECTED_ERROR' },
  {
    ...plain,
    name: 'مركز\u200f-بيانات',
    version: '10.0.0',
    architecture: 'AARCH64',
    storage: 'huge',
    boost: true,
  },
  { ...plain, name: "zero's", version: '6.2.0-rc1', storage: 'zero' },
];

/** The profile of a cluster by its ordinal, with what the version does not have replaced. */
export const profileOf = (ordinal: number, builder: Builder): Profile => {
  const profile = catalogue[ordinal] ?? later(ordinal);
  const type = builder.value('ClusterType', profile.type);
  const connectState =
    profile.connectState === 'CONNECTED_ERROR' && !builder.has('4.8.0') ? 'DISCONNECTED' : profile.connectState;
  // A compute-only cluster does not exist in versions that lack its type.
  return { ...profile, type, connectState, storage: type === profile.type ? profile.storage : 'normal' };
};

const later = (ordinal: number): Profile => {
  const name = `cluster-${String(ordinal).padStart(3, '0')}`;
  if (ordinal % 12 === 8) return { ...plain, name, version: '5.0.5', connectState: 'DISCONNECTED' };
  if (ordinal % 10 === 7) return { ...plain, name, hypervisor: 'VMWARE', version: '5.1.2' };
  if (ordinal % 10 === 9)
    return { ...plain, name, type: 'SMTX_ZBS', hypervisor: null, version: '5.5.1', compute: false };
  return { ...plain, name, version: ordinal % 2 === 0 ? '6.2.0' : '5.1.5', boost: ordinal % 3 === 0 };
};
