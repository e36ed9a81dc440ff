// Prints what WebGPU runs on as one JSON object, or fails with a line that says why there is nothing.
import { create } from 'webgpu';
import { isSoftware } from '../../dist/sim/backends/gpu-js/webgpu-device.js';

const adapter = await create([]).requestAdapter({ powerPreference: 'high-performance' });
if (adapter === null) {
  process.stderr.write('no adapter\n');
  process.exit(1);
}
const { vendor, architecture, device, description } = adapter.info;
console.log(JSON.stringify({ vendor, architecture, device, driver: description, software: isSoftware(adapter.info) }));
// Node does not end while Dawn has threads.
process.exit(0);
