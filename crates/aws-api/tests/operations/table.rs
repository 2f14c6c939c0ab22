//! The table of all services can be read, and has what the protocols need.

use crate::table;
use aws_api::{Protocol, Table};

#[test]
fn every_service_can_be_read() {
    let table = table();
    let (mut services, mut operations) = (0, 0);
    for name in table.services() {
        let service = table.service(name).unwrap_or_else(|| panic!("{name}"));
        services += 1;
        operations += service.operations.len();
        match service.protocol {
            Protocol::Json => {
                assert!(!service.target.is_empty() && service.json_version.starts_with("1."), "{name}");
            }
            Protocol::Query | Protocol::Ec2 => assert_eq!(service.version.len(), 10, "{name}"),
            _ => {}
        }
        for operation in &service.operations {
            let found = service.operation(&operation.name).unwrap();
            assert_eq!(found.name, operation.name);
            assert!(found.path.starts_with('/'), "{name} {}", found.name);
        }
    }
    assert!(services > 400 && operations > 19_000, "{services} services, {operations} operations");
}

#[test]
fn operations_have_their_traits() {
    let table = table();
    let s3 = table.service("s3").unwrap();
    let put = s3.operation("PutObject").unwrap();
    assert_eq!((put.method, &*put.path), ("PUT", "/{Bucket}/{Key+}"));
    assert!(put.has_checksum && put.has_stream && !put.needs_md5);
    let lambda = s3.operation("WriteGetObjectResponse").unwrap();
    assert_eq!((&*lambda.host_prefix, &*lambda.context), ("{RequestRoute}.", "UseObjectLambdaEndpoint.True"));
    assert!(table.service("sts").unwrap().operation("AssumeRoleWithWebIdentity").unwrap().is_unsigned);
    assert!(table.service("sqs").unwrap().is_query_compatible);
    assert!(s3.operation("PutObjects").is_none() && table.service("s4").is_none());
}

#[test]
fn paginators_and_waiters_are_there() {
    let table = table();
    let dynamodb = table.service("dynamodb").unwrap();
    let query = &dynamodb.paginators["Query"];
    assert_eq!((&*query.input_token, &*query.output_token), ("ExclusiveStartKey", "LastEvaluatedKey"));
    assert_eq!((&*query.result_key, &*query.limit_key), ("Items,Count,ScannedCount", "Limit"));
    let exists = &dynamodb.waiters["TableExists"];
    assert_eq!((&*exists.operation, exists.delay, exists.max_attempts), ("DescribeTable", 20, 25));
    let first = &exists.acceptors[0];
    let first = [&first.state, &first.matcher, &first.argument, &first.expected].map(|text| &**text);
    assert_eq!(first, ["success", "path", "Table.TableStatus", "ACTIVE"]);
}

#[test]
fn what_is_not_a_table_cannot_be_opened() {
    for data in [
        &b""[..],
        b"AWS2",
        b"AWS1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
        b"AWS2\x02\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
        b"AWS2\0\0\0\0\x02\0\0\0\0\0\0\0\0\0\0\0\xff\n",
        b"AWS2\0\0\0\0\x01\0\0\0\xff\xff\xff\xff\0\0\0\0\n",
        b"AWS2\0\0\0\0\0\0\0\0\0\0\0\0\x04\0\0\09\t9\n",
        b"AWS2\0\0\0\0\0\0\0\0\0\0\0\0\x02\0\0\0x\n",
    ] {
        assert!(Table::open(data).is_none(), "{data:?}");
    }
}
