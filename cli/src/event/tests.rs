//! Each event is what the types of `aws_lambda_events` say, where there is one for it.

use super::*;
use aws_lambda_events::event as of;
use serde::de::DeserializeOwned;

/// Whether an event has the shape of a type.
fn is<T: DeserializeOwned>(event: &str) -> Result<(), String> {
    serde_json::from_str::<T>(event).map(drop).map_err(|error| error.to_string())
}

/// Checks an event; `None` if AWS has no shape for it, or the crate none of it.
fn check(name: &str, event: &str) -> Option<Result<(), String>> {
    Some(match name {
        "apigateway:aws-proxy" => is::<of::apigw::ApiGatewayProxyRequest>(event),
        "apigateway:http-api-proxy" | "apigateway:http-api-jwt" | "apigateway:http-api-iam" => {
            is::<of::apigw::ApiGatewayV2httpRequest>(event)
        }
        "apigateway:authorizer" => is::<of::apigw::ApiGatewayCustomAuthorizerRequest>(event),
        "apigateway:request-authorizer" => {
            is::<of::apigw::ApiGatewayCustomAuthorizerRequestTypeRequest>(event)
        }
        "apigateway:http-api-authorizer" => is::<of::apigw::ApiGatewayV2CustomAuthorizerV2Request>(event),
        "apigateway:websocket" | "apigateway:websocket-disconnect" => {
            is::<of::apigw::ApiGatewayWebsocketProxyRequest>(event)
        }
        "appsync:authorizer" => is::<of::appsync::AppSyncLambdaAuthorizerRequest>(event),
        "appsync:resolver" => is::<of::appsync::AppSyncDirectResolverEvent>(event),
        "bedrock:agent-action" => is::<of::bedrock_agent_runtime::AgentEvent>(event),
        "client-vpn:connection" => is::<of::clientvpn::ClientVpnConnectionHandlerRequest>(event),
        "cloudwatch:logs" => is::<of::cloudwatch_logs::LogsEvent>(event),
        "cloudwatch:scheduled-event" => is::<of::eventbridge::EventBridgeEvent>(event),
        "codecommit:repository" => is::<of::code_commit::CodeCommitEvent>(event),
        "codepipeline:job" => is::<of::codepipeline_job::CodePipelineJobEvent>(event),
        "cognito:sync-trigger" => is::<of::cognito::CognitoEvent>(event),
        "cognito:create-auth-challenge" => is::<of::cognito::CognitoEventUserPoolsCreateAuthChallenge>(event),
        "cognito:define-auth-challenge" => is::<of::cognito::CognitoEventUserPoolsDefineAuthChallenge>(event),
        "cognito:verify-auth-challenge" => is::<of::cognito::CognitoEventUserPoolsVerifyAuthChallenge>(event),
        "cognito:custom-message" => is::<of::cognito::CognitoEventUserPoolsCustomMessage>(event),
        "cognito:migrate-user" => is::<of::cognito::CognitoEventUserPoolsMigrateUser>(event),
        "cognito:post-authentication" => is::<of::cognito::CognitoEventUserPoolsPostAuthentication>(event),
        "cognito:post-confirmation" => is::<of::cognito::CognitoEventUserPoolsPostConfirmation>(event),
        "cognito:pre-authentication" => is::<of::cognito::CognitoEventUserPoolsPreAuthentication>(event),
        "cognito:pre-sign-up" => is::<of::cognito::CognitoEventUserPoolsPreSignup>(event),
        "cognito:pre-token-generation" => is::<of::cognito::CognitoEventUserPoolsPreTokenGen>(event),
        "cognito:pre-token-generation-v2" => is::<of::cognito::CognitoEventUserPoolsPreTokenGenV2>(event),
        "dynamodb:update" => is::<of::dynamodb::Event>(event),
        "function-url:request" => is::<of::lambda_function_urls::LambdaFunctionUrlRequest>(event),
        "iot:authorizer" => is::<of::iot::IoTCoreCustomAuthorizerRequest>(event),
        "iot:button" => is::<of::iot_button::IoTButtonEvent>(event),
        "iot:one-click" => is::<of::iot_1_click::IoTOneClickEvent>(event),
        "kinesis:get-records" => is::<of::kinesis::KinesisEvent>(event),
        // The crate has a number for `subsequenceNumber`, AWS's documentation a string.
        "kinesis:streams-as-source" => return None,
        "kinesis:kinesis-firehose" | "kinesis:cloudwatch-logs-processor" => {
            is::<of::firehose::KinesisFirehoseEvent>(event)
        }
        "mq:activemq" => is::<of::activemq::ActiveMqEvent>(event),
        "mq:rabbitmq" => is::<of::rabbitmq::RabbitMqEvent>(event),
        "s3:put" | "s3:delete" => is::<of::s3::S3Event>(event),
        "s3:batch-invocation" => is::<of::s3::batch_job::S3BatchJobEvent>(event),
        "s3:object-lambda-get" => is::<of::s3::object_lambda::S3ObjectLambdaEvent>(event),
        "secretsmanager:rotation" => is::<of::secretsmanager::SecretsManagerSecretRotationEvent>(event),
        "ses:email-receiving" | "ses:lambda-action" => is::<of::ses::SimpleEmailEvent>(event),
        "sns:notification" => is::<of::sns::SnsEvent>(event),
        "sqs:receive-message" | "sqs:fifo" => is::<of::sqs::SqsEvent>(event),
        "vpc-lattice:request" => is::<of::vpc_lattice::VpcLatticeRequestV2>(event),
        "vpc-lattice:request-v1" => is::<of::vpc_lattice::VpcLatticeRequestV1>(event),
        name => match name.split(':').next().unwrap_or_default() {
            "alb" => is::<of::alb::AlbTargetGroupRequest>(event),
            "cloudformation" => is::<of::cloudformation::CloudFormationCustomResourceRequest>(event),
            "config" => is::<of::config::ConfigEvent>(event),
            "connect" => is::<of::connect::ConnectEvent>(event),
            "documentdb" => is::<of::documentdb::DocumentDbEvent>(event),
            "eventbridge" if name != "eventbridge:ecr-scan" => is::<of::eventbridge::EventBridgeEvent>(event),
            "eventbridge" => is::<of::ecr_scan::EcrScanEvent>(event),
            "kafka" => is::<of::kafka::KafkaEvent>(event),
            "lex" => is::<of::lex::LexEvent>(event),
            _ => return None,
        },
    })
}

#[test]
fn every_event_has_the_shape_that_aws_documents() {
    let mut wrong = Vec::new();
    let mut checked = 0;
    for name in events().keys() {
        let event = text(name, &[]).unwrap_or_else(|error| panic!("{name}: {error}"));
        match check(name, &event) {
            Some(Ok(())) => checked += 1,
            Some(Err(problem)) => wrong.push(format!("{name}: {problem}")),
            None => {}
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    assert!(checked >= 85, "only {checked} events are checked");
}

#[test]
fn every_option_is_in_its_event() {
    for (name, event) in events() {
        for option in event.options.keys() {
            let place = format!("{OPEN}{option}");
            assert!(list::template(&event.file).contains(&place), "{name}: --{option} has no place");
        }
    }
}

#[test]
fn options_are_values_in_the_event() {
    let options = [("bucket".to_owned(), "b \"1\"".to_owned()), ("key".to_owned(), "ä b".to_owned())];
    let event = make("s3:put", &options).unwrap();
    let s3 = &event["Records"][0]["s3"];
    assert_eq!(s3["bucket"]["name"], "b \"1\"");
    assert_eq!(s3["object"]["key"], "%C3%A4%20b");
    let body = [("body".to_owned(), "tea".to_owned())];
    assert_eq!(make("apigateway:aws-proxy", &body).unwrap()["body"], "dGVh");
    let query = |json: &str| [("querystringparameters".to_owned(), json.to_owned())];
    let event = make("apigateway:aws-proxy", &query(r#"{"n":"1"}"#)).unwrap();
    assert_eq!(event["queryStringParameters"]["n"], "1");
    assert!(make("apigateway:aws-proxy", &query("n")).unwrap_err().to_string().contains("is not JSON"));
}

#[test]
fn paths_may_begin_with_a_slash() {
    for path in ["orders/7", "/orders/7"] {
        let path = [("path".to_owned(), path.to_owned())];
        assert_eq!(make("apigateway:aws-proxy", &path).unwrap()["path"], "/orders/7");
        assert_eq!(make("alb:request", &path).unwrap()["path"], "/orders/7");
    }
    let key = [("key".to_owned(), "/orders/7".to_owned())];
    assert_eq!(make("s3:put", &key).unwrap()["Records"][0]["s3"]["object"]["key"], "/orders/7");
}

#[test]
fn unknown_names_are_refused() {
    let error = make("s3:puts", &[]).unwrap_err().to_string();
    assert!(error.contains("\"s3:puts\" is unknown") && error.contains("\"s3:put\""), "{error}");
    let error = make("s3:put", &[("buckets".to_owned(), "b".to_owned())]).unwrap_err().to_string();
    assert!(error.contains("--buckets is unknown") && error.contains("--bucket,"), "{error}");
    let error = make("lex-v2:book-car", &[("a".to_owned(), "b".to_owned())]).unwrap_err().to_string();
    assert!(error.contains("has none"), "{error}");
}
