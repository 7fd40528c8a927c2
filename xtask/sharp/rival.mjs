// libvips, for comparison: makes of a JPEG what each line of the standard input names, on one thread, and tells how long that
// took: milliseconds on the clock and of processor time.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import sharp from "sharp";

sharp.concurrency(1);
sharp.cache(false);
const file = readFileSync(process.argv[2]);
const within = (side) => ({ width: side, height: side, fit: "inside", withoutEnlargement: true });
const jpeg = (picture) => picture.jpeg({ quality: 85 }).toBuffer();

const jobs = {
  // The thumbnail alone, straight from the file.
  thumbnail: () => jpeg(sharp(file).autoOrient().resize(within(512))),
  // A view, and a thumbnail of its pixels.
  both: async () => {
    const view = sharp(file).autoOrient().resize(within(2000)).raw();
    const { data, info } = await view.toBuffer({ resolveWithObject: true });
    const raw = { width: info.width, height: info.height, channels: info.channels };
    await jpeg(sharp(data, { raw }));
    await jpeg(sharp(data, { raw }).resize(within(512)));
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const [began, used] = [process.hrtime.bigint(), process.cpuUsage()];
  await jobs[line.trim()]();
  const { user, system } = process.cpuUsage(used);
  const took = Number(process.hrtime.bigint() - began) / 1e6;
  console.log(`${took.toFixed(3)} ${((user + system) / 1e3).toFixed(3)}`);
}
