import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { measure, url } from "./driver.mjs";

const client = new S3Client({ endpoint: url, forcePathStyle: true });

measure(async () => {
  const response = await client.send(new GetObjectCommand({ Bucket: "photos", Key: "a.jpg" }));
  return (await response.Body.transformToByteArray()).length;
});
