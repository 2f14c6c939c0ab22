import awsLite from "@aws-lite/client";
import { measure, url } from "./driver.mjs";

const aws = await awsLite({ endpoint: url, plugins: [import("@aws-lite/s3")] });

measure(async () => {
  const response = await aws.S3.GetObject({ Bucket: "photos", Key: "a.jpg", rawResponsePayload: true });
  return response.Body.length;
});
