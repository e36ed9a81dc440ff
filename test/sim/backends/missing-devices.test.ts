import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  isSoftware,
  noDawn,
  noVulkanDriver,
  noWebgpuAdapter,
  noWebgpuPackage,
  vulkanDrivers,
} from '../../../src/sim/backends/gpu-js/webgpu-device.js';

describe('Vulkan drivers', () => {
  let root: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'overtrain-vulkan-'));
  });

  afterEach(() => rmSync(root, { recursive: true }));

  test('are found where the loader looks', () => {
    const folder = join(root, 'data', 'vulkan', 'icd.d');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'card.json'), '{}');
    writeFileSync(join(folder, 'README'), '');
    const env = { XDG_DATA_DIRS: `${join(root, 'none')}:${join(root, 'data')}` };
    expect(vulkanDrivers(env)).toContain(join(folder, 'card.json'));
    expect(vulkanDrivers(env).some((file) => file.endsWith('README'))).toBe(false);
    expect(vulkanDrivers({ ...env, VK_ADD_DRIVER_FILES: '/b.json' })[0]).toBe('/b.json');
  });

  test('are those that the environment names, if it does', () => {
    expect(vulkanDrivers({ VK_DRIVER_FILES: '/a.json:/b.json' })).toEqual(['/a.json', '/b.json']);
    expect(vulkanDrivers({ VK_ICD_FILENAMES: '/c.json' })).toEqual(['/c.json']);
  });
});

describe('what is missing is said with what to install', () => {
  test('for WebGPU', () => {
    expect(noVulkanDriver(true).remedy).toMatch(/apt install libvulkan1.*VK_ICD_FILENAMES=/);
    expect(noVulkanDriver(true).remedy).not.toContain('npm');
    expect(noVulkanDriver(false).remedy).toMatch(/^install it: npm install webgpu@0\.6\.2 .*apt install libvulkan1/);
    expect(noWebgpuPackage().remedy).toContain('npm install webgpu@0.6.2');
    expect(noWebgpuAdapter('linux').remedy).toContain('libvulkan1');
    expect(noWebgpuAdapter('win32').remedy).not.toContain('apt');
    expect(noDawn(new Error('GLIBC_2.34 not found\nstack')).message).toBe(
      'the package webgpu does not load: GLIBC_2.34 not found',
    );
    expect(noDawn('gone').remedy).toContain('npm install webgpu@0.6.2');
  });
});

test('a program on the processor is told from a card', () => {
  const card = { isFallbackAdapter: false, architecture: 'ada', description: 'NVIDIA L4' };
  expect(isSoftware(card)).toBe(false);
  expect(isSoftware({ ...card, isFallbackAdapter: true })).toBe(true);
  expect(isSoftware({ ...card, description: 'llvmpipe (LLVM 15.0.6, 256 bits)' })).toBe(true);
  expect(isSoftware({ ...card, architecture: 'swiftshader' })).toBe(true);
});
