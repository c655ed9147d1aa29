"""What connects a call to its caller: WebRTC, a raw WebSocket, a Twilio media stream."""
