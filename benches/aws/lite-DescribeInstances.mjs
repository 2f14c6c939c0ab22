import awsLite from "@aws-lite/client";
import { measure, url } from "./driver.mjs";

// There is no plugin for EC2.
const aws = await awsLite({ endpoint: url });
const headers = { "content-type": "application/x-www-form-urlencoded" };
const request = { service: "ec2", method: "POST", path: "/", headers, payload: "Action=DescribeInstances&Version=2016-11-15" };

measure(async () => {
  const response = await aws(request);
  return response.payload.reservationSet.item.instancesSet.item.instanceId;
});
