// Uploads a photo through the bridge and watches it until it is developed, as a client that has the .proto files alone.
//   node upload.mjs '{"address": "localhost:50051", "token": "...", "file": "photo.jpg", "contentType": "image/jpeg"}'
// Prints JSON lines: {"uploaded": image}, then {"change": change} for each, then {"ended": true}; or {"refused": {...}}.
import { createReadStream, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import grpc from "@grpc/grpc-js";
import protoLoader from "@grpc/proto-loader";

const MOST_BYTES_OF_A_CHUNK = 65536;
const DEADLINE_MILLISECONDS = 60_000;
const PROTOS = process.env.PROTOS ?? join(dirname(fileURLToPath(import.meta.url)), "../../protos");

const { address, token, file, contentType } = JSON.parse(process.argv[2]);
const { ImageService } = grpc.loadPackageDefinition(
  protoLoader.loadSync("bridge/v1/image.proto", {
    includeDirs: [PROTOS],
    keepCase: true,
    longs: Number,
    enums: String,
    defaults: true,
    oneofs: true,
  }),
).bridge.v1;
const service = new ImageService(address, grpc.credentials.createInsecure());

function say(line) {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

function metadata() {
  const said = new grpc.Metadata();
  if (token) said.set("authorization", `Bearer ${token}`);
  return said;
}

function options() {
  return { deadline: Date.now() + DEADLINE_MILLISECONDS };
}

async function upload() {
  const answered = Promise.withResolvers?.() ?? withResolvers();
  const call = service.uploadImage(metadata(), options(), (error, answer) =>
    error ? answered.reject(error) : answered.resolve(answer),
  );
  let refused = false;
  answered.promise.catch(() => (refused = true));
  call.write({
    metadata: { file_name: basename(file), content_type: contentType, size_bytes: statSync(file).size },
  });
  for await (const chunk of createReadStream(file, { highWaterMark: MOST_BYTES_OF_A_CHUNK })) {
    if (refused) break;
    if (!call.write({ chunk })) await Promise.race([once(call, "drain"), answered.promise]);
  }
  call.end();
  return (await answered.promise).image;
}

async function watch(image) {
  for await (const { change } of service.watchImage({ image_id: image.id }, metadata(), options())) say({ change });
}

function withResolvers() {
  const made = {};
  made.promise = new Promise((resolve, reject) => Object.assign(made, { resolve, reject }));
  return made;
}

try {
  const image = await upload();
  say({ uploaded: image });
  await watch(image);
  say({ ended: true });
} catch (error) {
  if (error.code === undefined) throw error;
  say({ refused: { code: grpc.status[error.code], details: error.details, metadata: error.metadata?.getMap() } });
} finally {
  service.close();
}
