// Develops photos with sharp: one path a line comes in, one line of JSON with costs goes out.
// The outputs are ours: upright sRGB WebP, quality 80, effort 4, full size and every smaller width.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import sharp from "sharp";

const WIDTHS = [2560, 1280, 640, 320];
const WEBP = { quality: 80, effort: 4 };
sharp.cache(false);
sharp.concurrency(1);

// As its documentation does it: every output from the file, JPEGs decoded no larger than needed.
async function fromTheFile(file) {
  const upright = () => sharp(file).rotate().toColourspace("srgb");
  const { info } = await upright().webp(WEBP).toBuffer({ resolveWithObject: true });
  for (const width of WIDTHS.filter((each) => each < info.width)) {
    await upright().resize(width).webp(WEBP).toBuffer();
  }
}

// Decoded once, every output from those pixels.
async function fromThePixels(file) {
  const { data, info: raw } = await sharp(file).rotate().toColourspace("srgb").raw().toBuffer({ resolveWithObject: true });
  await sharp(data, { raw }).webp(WEBP).toBuffer();
  for (const width of WIDTHS.filter((each) => each < raw.width)) {
    await sharp(data, { raw }).resize(width).webp(WEBP).toBuffer();
  }
}

async function cpuMilliseconds(develop, file) {
  const before = process.cpuUsage();
  await develop(file);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

for await (const path of createInterface({ input: process.stdin })) {
  const file = readFileSync(path);
  const versions = `sharp ${sharp.versions.sharp}, libvips ${sharp.versions.vips}, libwebp ${sharp.versions.webp}`;
  const costs = {
    fromTheFile: await cpuMilliseconds(fromTheFile, file),
    fromThePixels: await cpuMilliseconds(fromThePixels, file),
  };
  console.log(JSON.stringify({ ...costs, versions }));
}
